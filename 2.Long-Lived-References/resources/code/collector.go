// A garbage collector frees what cannot be reached. Of a cycle and a map, which is that?
package main

import (
	"fmt"
	"runtime"
)

type session struct {
	input   [64 * 1024]byte
	onInput func()
}

var cache = map[int]*session{}

func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc / (1 << 20)
}

func main() {
	fmt.Println("start:", inUse(), "MiB")
	for i := 0; i < 1000; i++ {
		self := &session{}
		self.onInput = func() { self.input[0] = 1 }
	}
	fmt.Println("after 1,000 sessions in cycles:", inUse(), "MiB")
	for i := 0; i < 1000; i++ {
		cache[i] = &session{}
	}
	fmt.Println("after 1,000 sessions in a map:", inUse(), "MiB")
	for i := range cache {
		delete(cache, i)
	}
	fmt.Println("after the map was emptied:", inUse(), "MiB")
}
