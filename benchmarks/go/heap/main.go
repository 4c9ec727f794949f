// Go's heap profile of the objects of heap_bench.cpp: prints the milliseconds of a second scrape, its bytes, and by how many
// percent the profile's total differs from 100 MB of 5,120-byte objects.
package main

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"runtime/pprof"
	"time"
)

var kept [][]byte

//go:noinline
func keep(depth, size int) {
	if depth > 0 {
		keep(depth-1, size)
		return
	}
	kept = append(kept, make([]byte, size))
}

func scrape() (time.Duration, int) {
	var out bytes.Buffer
	begin := time.Now()
	pprof.Lookup("heap").WriteTo(&out, 0)
	return time.Since(begin), out.Len()
}

func main() {
	runtime.MemProfileRate = 64 * 1024
	const size, count = 5120, 20000
	for i := 0; i < count; i++ {
		kept = append(kept, make([]byte, size))
	}
	runtime.GC()
	runtime.GC()
	records := make([]runtime.MemProfileRecord, 1000)
	n, _ := runtime.MemProfile(records, false)
	total := 0.0
	for _, r := range records[:n] {
		if live := float64(r.InUseBytes()); live > 0 {
			mean := live / float64(r.InUseObjects())
			total += live / (1 - math.Exp(-mean/float64(runtime.MemProfileRate)))
		}
	}
	kept = nil
	// A hundred stacks, a hundred objects each, nearly all of them sampled.
	runtime.MemProfileRate = 4096
	for stack := 0; stack < 100; stack++ {
		for i := 0; i < 100; i++ {
			keep(stack%30, 40*1024+stack*16)
		}
	}
	runtime.GC()
	scrape()
	took, size2 := scrape()
	fmt.Printf("%f %d %f\n", took.Seconds()*1000, size2, 100*math.Abs(total/(size*count)-1))
}
