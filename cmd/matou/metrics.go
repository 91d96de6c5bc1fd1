package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"matou/federation"
)

// The metrics that a node tells of. docs/operations.md lists them, made from
// these descriptions. Labels are of closed lists: no name that a stranger
// chose becomes one.
var (
	metricInbox      = describe("matou_inbox_total", "Activities that came in, by type and by what became of them.", "type", "result")
	metricRefusals   = describe("matou_signature_failures_total", "Activities that were not authentic, or from a blocked host, by reason.", "reason")
	metricLimited    = describe("matou_reads_limited_total", "Documents that an address was not given because it asked too often.")
	metricDelivered  = describe("matou_deliveries_total", "Tries to deliver, by what came of them.", "result")
	metricDelay      = describe("matou_delivery_delay_seconds", "How long deliveries took from when they were queued until an inbox took them.")
	metricInFlight   = describe("matou_deliveries_in_flight", "Tries to deliver that are being made.")
	metricQueue      = describe("matou_queue_deliveries", "Deliveries that wait.")
	metricLanes      = describe("matou_queue_inboxes", "Inboxes that something waits for.")
	metricSilent     = describe("matou_hosts_silent", "Hosts to which nothing can be delivered just now.")
	metricDead       = describe("matou_hosts_dead", "Hosts that were given up after seven days.")
	metricCircuits   = describe("matou_circuits_open", "Hosts that are left alone for half an hour.")
	metricFetches    = describe("matou_fetch_total", "Requests to other hosts, by what came of them.", "result")
	metricBlocked    = describe("matou_fetch_blocked_total", "Requests that were not made, or answers not read, because they were unsafe, by reason.", "reason")
	metricFollowers  = describe("matou_followers", "Accepted followers of this node's actors.")
	metricFollowing  = describe("matou_following", "Hosters that this node follows, and that have accepted.")
	metricListings   = describe("matou_listings", "Listings of the directory.")
	metricActors     = describe("matou_actors", "Actors of other nodes that are kept.")
	metricRefreshes  = describe("matou_refreshes_due", "Profiles that are due to be fetched, counted up to 1,000.")
	metricSkew       = describe("matou_clock_skew_seconds", "How far this machine's clock is ahead of others': the median of up to 64 hosts.")
	metricStoreBytes = describe("matou_store_bytes", "Bytes of the stored data on the disk.")
	metricBuild      = describe("matou_build_info", "Always 1; the label is the version.", "version")
)

// descriptions are all of the above, in the order of their names.
var descriptions []description

// description is one metric, for the documents.
type description struct {
	name, help string
	labels     []string
	desc       *prometheus.Desc
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc(name, help, labels, nil)
	descriptions = append(descriptions, description{name, help, labels, d})
	return d
}

// collectTimeout bounds how long the store may take to count.
const collectTimeout = 5 * time.Second

// collector reads the counts of a node when it is asked.
type collector struct{ house *house }

// Describe gives every metric there is.
func (*collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		out <- d.desc
	}
}

// Collect gives the metrics as they stand.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	n := c.house.node
	m, err := n.federation.Metrics(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(metricQueue, err)
		return
	}
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	count := func(d *prometheus.Desc, value uint64, labels ...string) {
		send(d, prometheus.CounterValue, float64(value), labels...)
	}
	gauge := func(d *prometheus.Desc, value int) { send(d, prometheus.GaugeValue, float64(value)) }
	for labels, value := range m.Inbox {
		count(metricInbox, value, labels[0], labels[1])
	}
	for reason, value := range m.Refusals {
		count(metricRefusals, value, reason)
	}
	count(metricLimited, m.ReadsLimited)
	for result, value := range m.Fetch.Results {
		count(metricFetches, value, result)
	}
	for reason, value := range m.Fetch.Blocked {
		count(metricBlocked, value, reason)
	}
	collectDelivery(m, count, gauge)
	out <- prometheus.MustNewConstHistogram(metricDelay, m.Latency.Count, m.Latency.Sum, buckets(m))
	gauge(metricFollowers, m.Followers)
	gauge(metricFollowing, m.Following)
	gauge(metricListings, c.house.index.Len())
	gauge(metricActors, m.Actors)
	gauge(metricRefreshes, m.Refreshes)
	if m.Fetch.SkewOf > 0 {
		send(metricSkew, prometheus.GaugeValue, m.Fetch.Skew.Seconds())
	}
	send(metricStoreBytes, prometheus.GaugeValue, float64(n.store.Bytes()))
	send(metricBuild, prometheus.GaugeValue, 1, Version)
}

// collectDelivery gives what the worker does, and what waits for it.
func collectDelivery(m federation.Metrics, count func(*prometheus.Desc, uint64, ...string), gauge func(*prometheus.Desc, int)) {
	for result, value := range map[string]uint64{
		"delivered": m.Delivery.Delivered, "retried": m.Delivery.Retried, "given_up": m.Delivery.GivenUp, "gone": m.Delivery.Gone,
	} {
		count(metricDelivered, value, result)
	}
	gauge(metricInFlight, m.Delivery.InFlight)
	gauge(metricQueue, m.Deliveries)
	gauge(metricLanes, m.Lanes)
	gauge(metricSilent, m.Silent)
	gauge(metricDead, m.Dead)
	gauge(metricCircuits, m.Delivery.CircuitsOpen)
}

func buckets(m federation.Metrics) map[float64]uint64 {
	all := make(map[float64]uint64, len(m.Latency.Bounds))
	for i, bound := range m.Latency.Bounds {
		all[bound] = m.Latency.Counts[i]
	}
	return all
}

// newRegistry makes the registry of a node: its own, so that no library adds
// to it unasked.
func newRegistry(h *house) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		&collector{h}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// addMetrics opens the port of the metrics, where there is to be one.
func addMetrics(ctx context.Context, h *house, listeners map[net.Listener]http.Handler) error {
	c := h.node.config
	if !c.metricsOn() {
		return nil
	}
	registry, err := newRegistry(h)
	if err != nil {
		return fmt.Errorf("prepare the metrics: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", c.Metrics.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fault(exitBusy, err, "another program already listens on %s: set another address with metrics.listen, or an empty one for no metrics", c.Metrics.Listen)
	}
	if err != nil {
		return fault(exitInvalid, err, "matou cannot listen for metrics on %s: %v", c.Metrics.Listen, err)
	}
	listeners[l] = metricsHandler(registry, c.Metrics.Token)
	return nil
}

// metricsHandler answers what a Prometheus server asks, for those who show the
// token where there is one.
func metricsHandler(r *prometheus.Registry, token string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 2 * collectTimeout}))
	if token == "" {
		return mux
	}
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		shown, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
		got := sha256.Sum256([]byte(shown))
		if !ok || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="matou metrics"`)
			plain(w, http.StatusUnauthorized, "the token of metrics.token is asked for\n")
			return
		}
		mux.ServeHTTP(w, q)
	})
}
