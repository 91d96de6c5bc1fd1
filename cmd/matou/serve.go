package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/errgroup"

	"matou/directory"
	"matou/directory/geo"
	"matou/directory/search"
	"matou/web"
)

// serveCommand is matou serve.
type serveCommand struct {
	UntilStdinCloses bool `hidden:"" help:"Stop when the standard input ends: how a node is tied to the process that started it."`
}

// stopWithin is how long open requests may take to end after the node was told
// to stop.
const stopWithin = 10 * time.Second

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	if _, running := dialControl(ctx, cfg.dataDir()); running {
		return fault(exitBusy, nil, "a node is already running on %s: stop it first", cfg.dataDir())
	}
	if s.UntilStdinCloses {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		go func() {
			_, _ = io.Copy(io.Discard, t.in)
			cancel()
		}()
	}
	makeRoom()
	n, err := openNode(ctx, cfg, newLog(cfg, t))
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, n, t), n.Close())
}

// serve answers the network and the control socket until ctx ends.
func serve(ctx context.Context, n *node, t *terminal) error {
	h, err := newHouse(n)
	if err != nil {
		return err
	}
	public, err := listen(ctx, n.config.Listen)
	if err != nil {
		return err
	}
	control, removeControl, err := listenControl(ctx, n.config.dataDir())
	if err != nil {
		return errors.Join(err, public.Close())
	}
	defer removeControl()
	listeners := map[net.Listener]http.Handler{public: h.routes(), control: controlHandler(n, h.state)}
	if err := addMetrics(ctx, h, listeners); err != nil {
		return errors.Join(err, public.Close(), control.Close())
	}

	// Requests that are open when ctx ends are finished, not cut off.
	whole, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return ignoreCancel(n.federation.Run(ctx)) })
	g.Go(func() error { return h.feeder.run(ctx) })
	g.Go(func() error { return h.logos.run(ctx) })
	g.Go(func() error { return keepSites(ctx, n, keepSitesEvery) })
	g.Go(func() error { return breathe(ctx, n.config.memoryMiB()) })
	for l, handler := range listeners {
		server := newServer(whole, handler, n.log)
		g.Go(func() error { return ignoreClosed(server.Serve(l)) })
		g.Go(func() error {
			<-ctx.Done()
			stop, cancel := context.WithTimeout(whole, stopWithin)
			defer cancel()
			return server.Shutdown(stop)
		})
	}
	t.printf("matou: ready at http://%s for %s\n", public.Addr(), n.config.origin)
	err = g.Wait()
	t.printf("matou: stopped\n")
	return err
}

// listen opens the public port.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault(exitBusy, err, "another program already listens on %s: stop it, or set another address with listen in the configuration", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fault(exitBusy, err, "this user may not listen on %s: choose a port above 1023, behind a reverse proxy", address)
	case err != nil:
		return nil, fault(exitInvalid, err, "matou cannot listen on %s: %v", address, err)
	}
	return l, nil
}

// newServer bounds what a client may send and how long it may take.
func newServer(ctx context.Context, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      90 * time.Second, // a verb of the control socket may fetch from a slow peer
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// house is what stands around a node that answers the network.
type house struct {
	node   *node
	index  *search.Index
	feeder *feeder
	site   *web.Site
	logos  *logoKeeper

	readiness readiness
}

// newHouse makes the search index and the pages of a node.
func newHouse(n *node) (*house, error) {
	areas, err := geo.Load()
	if err != nil {
		return nil, fmt.Errorf("load the gazetteer: %w", err)
	}
	index := search.New(&n.vocabulary, areas)
	kept, err := newSnapshot(n.config.dataDir(), n.vocabulary)
	if err != nil {
		return nil, err
	}
	word, _ := n.federation.Word()
	others := newBonds(word)
	h := &house{
		node: n, index: index,
		feeder: &feeder{feed: n.store, index: index, bonds: others, lists: n.federation, listed: n.store, log: n.log, snapshot: kept},
	}
	if h.logos, err = newLogoKeeper(n); err != nil {
		return nil, err
	}
	shown := &shownDirectory{records: n.store, index: index, bonds: others, changes: h.feeder.shown.Load, told: n.told.changes.Load}
	o := web.Options{
		Origin: n.config.origin, Directory: shown,
		Vocabulary: n.vocabulary, Areas: areas, Homes: n.federation, Keys: n.federation, Logos: h.logos.cache, Log: n.log, Version: Version,
	}
	o.Keepers = n.config.keepers()
	if n.config.has(roleHoster) {
		o.Hoster, o.Own, o.Moves = n.config.Hoster.Handle, n.federation, moves{n.federation}
		shown.own = directory.ID(n.config.origin.String() + "/ap/actors/" + n.config.Hoster.Handle)
	}
	if n.config.has(roleAggregator) {
		a := n.config.Aggregator
		if o.Atlas, err = geo.LoadAtlas(); err != nil {
			return nil, fmt.Errorf("load the maps: %w", err)
		}
		o.Relays = n.federation
		o.Aggregator = &web.Aggregator{Handle: a.Handle, Name: a.Name, Summary: a.Summary, Contact: a.Contact}
		o.Desk, o.Examiner = n.federation, n.federation
		if a.Collective != "" {
			o.Collective = n.federation
		}
		if o.Rules, err = openRules(n.config); err != nil {
			return nil, err
		}
	}
	if dir := n.config.Languages; dir != "" {
		o.Languages = os.DirFS(n.config.resolve(dir))
	}
	if h.site, err = web.New(o); errors.Is(err, directory.ErrInvalid) {
		return nil, fault(exitInvalid, err, "%v", err)
	} else if err != nil {
		return nil, fmt.Errorf("prepare the pages: %w", err)
	}
	return h, nil
}

// routes is everything that the node answers: other nodes first, whose
// documents share addresses with pages and are told apart by Accept.
func (h *house) routes() http.Handler {
	r := mux.NewRouter()
	r.HandleFunc("/healthz", h.healthy).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", h.ready).Methods(http.MethodGet, http.MethodHead)
	h.node.federation.Routes(r)
	h.site.Routes(r)
	return r
}

// state is what the running node says of itself on the control socket.
func (h *house) state() state {
	s := h.node.federation.Stats()
	return state{Version: Version, Listings: h.index.Len(), Delivered: s.Delivered, InFlight: s.InFlight}
}
