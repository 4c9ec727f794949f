// The peer of "task_bench serve": holds N goroutines blocked on a channel, serves net/http/pprof, and speaks the same
// protocol on stdin and stdout (benchmarks/measure.py).
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go_bench:", err)
		os.Exit(1)
	}
}

// The value of a line of /proc/self/status, in bytes.
func status(name string) int64 {
	text, err := os.ReadFile("/proc/self/status")
	check(err)
	kib, err := strconv.ParseInt(string(regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)[1]), 10, 64)
	check(err)
	return kib * 1024
}

var longestGap atomic.Int64

// The longest time between two ticks of a goroutine that asks to be resumed every millisecond.
func beat() {
	for last := time.Now(); ; {
		time.Sleep(time.Millisecond)
		now := time.Now()
		if gap := now.Sub(last).Nanoseconds(); gap > longestGap.Load() {
			longestGap.Store(gap)
		}
		last = now
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "go_bench: usage: go_bench N")
		os.Exit(2)
	}
	count, err := strconv.Atoi(os.Args[1])
	check(err)

	nobodySends := make(chan int)
	var started atomic.Int64
	before := status("VmRSS")
	for i := 0; i != count; i++ {
		go func() {
			started.Add(1)
			<-nobodySends
		}()
	}
	for started.Load() != int64(count) {
		runtime.Gosched()
	}
	held := status("VmRSS") - before

	go beat()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, nil)
	fmt.Printf("{\"port\": %d, \"tasks\": %d, \"bytes_per_task\": %g}\n",
		listener.Addr().(*net.TCPAddr).Port, runtime.NumGoroutine(), float64(held)/float64(count))

	var resident int64
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		if commands.Text() == "begin" {
			check(os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
			resident = status("VmRSS")
			longestGap.Store(0)
			fmt.Println("{}")
			continue
		}
		fmt.Printf("{\"stall_ms\": %g, \"extra_bytes\": %d}\n", float64(longestGap.Load())/1e6, status("VmHWM")-resident)
	}
}
