// Command yardstick asks the same questions of three engines, over the
// same invented listings: the search index of matou, bleve, and PostgreSQL. Each
// answers with a page of hits by distance, how many there are, and what each
// value of each facet would give if that facet were free. Their answers are
// compared to the last count.
//
// It is a module of its own, so that matou itself depends on neither. Both
// yardsticks are set up as their manuals advise: bleve on disk (scorch) with
// fields of keywords and a French analyser, PostgreSQL with GIN indexes over
// arrays and a tsvector, in memory as far as it goes and without syncing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"matou/directory"
	"matou/directory/geo"
)

// engine is one way of answering.
type engine interface {
	name() string
	// add takes a batch of listings with the values of their facets.
	add(ctx context.Context, all []document) error
	// ready is called once, after the last batch.
	ready(ctx context.Context) error
	// ask answers q.
	ask(ctx context.Context, q question) (answer, error)
	// size gives the bytes that the index takes, in memory or else on disk.
	size(ctx context.Context) (int64, error)
	close() error
}

// gcPercent is how a node of matou's collects garbage (cmd/matou/memory.go); for
// bleve, which is measured in the same process, it is as good.
const gcPercent = 300

func main() {
	sizes := flag.String("sizes", "1000 10000 100000 1000000", "how many listings")
	beside := flag.Int("beside", 100_000, "up to how many listings bleve and PostgreSQL are asked too")
	rounds := flag.Int("rounds", 40, "how often each engine is asked each question")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *sizes, *beside, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes string, beside, rounds int) error {
	debug.SetGCPercent(gcPercent)
	areas, err := geo.Load()
	if err != nil {
		return err
	}
	v := directory.LoadVocabulary()
	c := &crowd{vocabulary: &v, areas: areas, places: communes(areas)}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%d processors, load %s", runtime.NumCPU(), load)
	fmt.Printf("%-12s %9s %9s %9s %9s %9s %8s %9s %9s %9s %8s\n", "", "listings", "p50 ms", "p99 ms", "cpu p50", "cpu p99", "times", "turn p50", "turn p99", "made in s", "MiB")
	for _, word := range strings.Fields(sizes) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		if err := c.measure(ctx, n, rounds, n <= beside); err != nil {
			return fmt.Errorf("%d listings: %w", n, err)
		}
	}
	return nil
}

// measure asks about n listings.
func (c *crowd) measure(ctx context.Context, n, rounds int, beside bool) (err error) {
	begun := []func(context.Context) (engine, error){c.newMatou}
	if beside {
		begun = append(begun, newBleve, newPostgres)
	}
	var rows []*row
	for _, begin := range begun {
		e, err := begin(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, e.close()) }()
		made, err := c.fill(ctx, e, n)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name(), err)
		}
		size, err := e.size(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name(), err)
		}
		rows = append(rows, &row{engine: e, made: made, size: size})
	}
	if err := compare(ctx, rows, rounds); err != nil {
		return err
	}
	for _, r := range rows {
		r.print(n, rows[0])
	}
	return rows[0].engine.(*matou).start()
}

// row is what is measured of one engine.
type row struct {
	engine       engine
	made         time.Duration
	size         int64
	took, worked []time.Duration // for each answer, when asked in a row
	inTurn       []time.Duration // when the others have answered in between
}

// compare has each engine answer all questions again and again, as a directory
// that is in use does. Then they answer in turn: whoever is asked after the
// others finds nothing of its own in the processor's caches.
func compare(ctx context.Context, rows []*row, rounds int) error {
	runtime.LockOSThread() // a search of matou's runs on one thread
	defer runtime.UnlockOSThread()
	answers := make([]sum, len(questions))
	for _, r := range rows {
		for round := range rounds + 1 { // the first one warms up
			took, worked, err := r.round(ctx, answers, r == rows[0])
			if err != nil {
				return err
			}
			if round > 0 {
				r.took, r.worked = append(r.took, took...), append(r.worked, worked...)
			}
		}
	}
	for range rounds / 2 {
		for _, r := range rows {
			took, _, err := r.round(ctx, answers, false)
			if err != nil {
				return err
			}
			r.inTurn = append(r.inTurn, took...)
		}
	}
	return nil
}

// round asks every question once, and holds the answers against those of the
// first engine, which it notes for the first.
func (r *row) round(ctx context.Context, answers []sum, first bool) (took, worked []time.Duration, err error) {
	for at, q := range questions {
		begin, before := time.Now(), processorTime()
		a, err := r.engine.ask(ctx, q)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", r.engine.name(), err)
		}
		took, worked = append(took, time.Since(begin)), append(worked, processorTime()-before)
		got := a.sum() // what the comparing takes is nobody's
		if first {
			answers[at] = got
		}
		if want := answers[at]; got != want {
			return nil, nil, fmt.Errorf("%v: %s answers otherwise than the first engine: got %d hits and counts %x, want %d and %x",
				q.filters, r.engine.name(), got.total, got.counts, want.total, want.counts)
		}
	}
	return took, worked, nil
}

// print tells r beside the first row; the processor's time only of that one,
// since it alone does everything on the thread that asks.
func (r *row) print(n int, first *row) {
	cpu := []string{"", ""}
	if r == first {
		cpu = []string{milliseconds(r.worked, 50), milliseconds(r.worked, 99)}
	}
	times := float64(middle(r.took)) / float64(middle(first.took))
	fmt.Printf("%-12s %9d %9s %9s %9s %9s %8.1f %9s %9s %9.1f %8.0f\n", r.engine.name(), n,
		milliseconds(r.took, 50), milliseconds(r.took, 99), cpu[0], cpu[1], times,
		milliseconds(r.inTurn, 50), milliseconds(r.inTurn, 99), r.made.Seconds(), float64(r.size)/(1<<20))
}

func middle(all []time.Duration) time.Duration { return at(all, 50) }

// at gives what so many in a hundred stay under.
func at(all []time.Duration, percent int) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)*percent/100]
}

func milliseconds(all []time.Duration, percent int) string {
	return strconv.FormatFloat(float64(at(all, percent).Microseconds())/1000, 'f', 2, 64)
}

// processorTime gives how long this thread has run: what a search costs, also
// on a machine that does other things meanwhile.
func processorTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
