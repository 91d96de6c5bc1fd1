package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// How a node uses memory. At work it collects garbage less often than Go would
// by itself; what that leaves lying about it gives back to the system every
// minute, so that a node at rest is small. The limit of the configuration holds
// all the while.
const (
	gcPercent  = 300
	firstRest  = 2 * time.Second // after the start, which leaves the most
	restPeriod = time.Minute
)

// diskThreads are the threads more than cores that run Go: a thread that waits
// for the disk to have a page of the store keeps its place until the runtime
// notices, and on two cores that is half of them.
const diskThreads = 2

// makeRoom lets the cores work while threads wait for the disk, unless the
// keeper has set GOMAXPROCS.
func makeRoom() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + diskThreads)
	}
}

// breathe governs the memory of the process until ctx ends.
func breathe(ctx context.Context, limitMiB int) error {
	debug.SetMemoryLimit(int64(limitMiB) << 20)
	debug.SetGCPercent(gcPercent)
	t := time.NewTimer(firstRest)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			debug.FreeOSMemory()
			t.Reset(restPeriod)
		}
	}
}
