package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"matou/directory"
)

type postgresEngine struct {
	folder string
	server *exec.Cmd
	conn   *pgx.Conn
}

// newPostgres starts a server of its own on loopback, in a folder of its own.
// It does not run as root, and is installed from Debian where it is missing.
func newPostgres(ctx context.Context) (engine, error) {
	programs, err := findPostgres(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "yardstick-postgres")
	if err != nil {
		return nil, err
	}
	p := &postgresEngine{folder: folder}
	as, err := owner(folder)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(programs, "initdb"), "-D", data, "-U", "yardstick", "--auth=trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
	initdb.SysProcAttr, initdb.Dir = as, folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	if err := l.Close(); err != nil {
		return nil, err
	}
	p.server = exec.CommandContext(ctx, filepath.Join(programs, "postgres"), "-D", data, "-p", port, "-k", folder,
		"-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=1GB", "-c", "work_mem=256MB", "-c", "maintenance_work_mem=512MB",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "jit=off", "-c", "random_page_cost=1.1", "-c", "max_wal_size=4GB")
	p.server.SysProcAttr, p.server.Dir = as, folder
	if err := p.server.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	for range 100 {
		p.conn, err = pgx.Connect(ctx, "postgres://yardstick@127.0.0.1:"+port+"/postgres?sslmode=disable")
		if err == nil {
			return p, p.create(ctx)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("connect: %w", err), p.close())
}

func findPostgres(ctx context.Context) (string, error) {
	for range 2 {
		if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin"); len(found) > 0 {
			return found[len(found)-1], nil
		}
		if os.Geteuid() != 0 {
			break
		}
		if err := installPostgres(ctx); err != nil {
			return "", err
		}
	}
	return "", errors.New("PostgreSQL is not there: install the package postgresql (apt-get install postgresql), or run this as root, which installs it")
}

// installPostgres installs the package. Its own server is not started: that is
// what the runlevel says.
func installPostgres(ctx context.Context) error {
	for _, arguments := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "postgresql"}} {
		apt := exec.CommandContext(ctx, "apt-get", arguments...)
		apt.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
		if out, err := apt.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w: %s", strings.Join(arguments, " "), err, out)
		}
	}
	return nil
}

// owner gives folder to the user of the server, who is not root.
func owner(folder string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(folder, int(uid), int(gid))); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func (*postgresEngine) name() string { return "PostgreSQL" }

func column(f directory.Facet) string { return "f_" + string(f) }

func (p *postgresEngine) create(ctx context.Context) error {
	var columns strings.Builder
	for _, f := range directory.AllFacets() {
		columns.WriteString(", " + column(f) + " text[]")
	}
	_, err := p.conn.Exec(ctx, "CREATE UNLOGGED TABLE listings (id int, words text, whole text[], latitude float8, longitude float8"+columns.String()+")")
	return err
}

func (p *postgresEngine) add(ctx context.Context, all []document) error {
	names := []string{"id", "words", "whole", "latitude", "longitude"}
	for _, f := range directory.AllFacets() {
		names = append(names, column(f))
	}
	rows := make([][]any, len(all))
	for i, d := range all {
		row := []any{d.number, d.text, d.whole, nil, nil}
		if d.point != nil {
			row[3], row[4] = d.point.Latitude, d.point.Longitude
		}
		for _, f := range directory.AllFacets() {
			row = append(row, d.terms[f])
		}
		rows[i] = row
	}
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{"listings"}, names, pgx.CopyFromRows(rows))
	return err
}

func (p *postgresEngine) ready(ctx context.Context) error {
	statements := []string{
		"ALTER TABLE listings ADD COLUMN stems tsvector",
		"UPDATE listings SET stems = to_tsvector('french', words)",
		"CREATE INDEX ON listings USING gin (stems)",
		"CREATE INDEX ON listings USING gin (whole)",
	}
	for _, f := range directory.AllFacets() {
		statements = append(statements, "CREATE INDEX ON listings USING gin ("+column(f)+")")
	}
	for _, s := range append(statements, "VACUUM ANALYZE listings") {
		if _, err := p.conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// condition gives the words after WHERE with one facet free, and their values.
func (q question) condition(free directory.Facet, args *[]any) string {
	arg := func(v any) string {
		*args = append(*args, v)
		return "$" + strconv.Itoa(len(*args))
	}
	all := []string{"(stems @@ plainto_tsquery('french', " + arg(q.word) + ") OR f_need && " + arg([]string{q.need}) + ")"}
	for f, values := range q.filters {
		switch {
		case f == free:
		case f == directory.FacetServes:
			all = append(all, "("+column(f)+" && "+arg(values)+" OR whole && "+arg(q.around)+")")
		default:
			all = append(all, column(f)+" && "+arg(values))
		}
	}
	return strings.Join(all, " AND ")
}

// counts gives one statement that counts every facet.
func (q question) counts() (string, []any) {
	var args []any
	bases := []string{"held AS MATERIALIZED (SELECT * FROM listings WHERE " + q.condition("", &args) + ")"}
	parts := []string{"SELECT '' AS facet, '' AS value, count(*) FROM held"}
	for _, f := range directory.AllFacets() {
		base := "held"
		if q.filters[f] != nil {
			base = "free_" + string(f)
			bases = append(bases, base+" AS MATERIALIZED (SELECT "+column(f)+" FROM listings WHERE "+q.condition(f, &args)+")")
		}
		parts = append(parts, "SELECT '"+string(f)+"', v, count(*) FROM "+base+", unnest("+column(f)+") v GROUP BY v")
	}
	return "WITH " + strings.Join(bases, ", ") + " " + strings.Join(parts, " UNION ALL "), args
}

func (p *postgresEngine) ask(ctx context.Context, q question) (answer, error) {
	var args []any
	where := q.condition("", &args)
	args = append(args, q.near.Latitude, q.near.Longitude)
	lat, lon := "$"+strconv.Itoa(len(args)-1), "$"+strconv.Itoa(len(args))
	distance := "asin(sqrt(power(sind((latitude-" + lat + ")/2),2) + cosd(latitude)*cosd(" + lat + ")*power(sind((longitude-" + lon + ")/2),2)))"
	rows, err := p.conn.Query(ctx, "SELECT id FROM listings WHERE "+where+" ORDER BY "+distance+" NULLS LAST LIMIT 20", args...)
	if err != nil {
		return answer{}, err
	}
	if _, err := pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
		return answer{}, err
	}
	statement, args := q.counts()
	if rows, err = p.conn.Query(ctx, statement, args...); err != nil {
		return answer{}, err
	}
	type count struct {
		facet, value string
		n            int
	}
	var total int
	var counts []count
	var one count
	_, err = pgx.ForEachRow(rows, []any{&one.facet, &one.value, &one.n}, func() error {
		switch one.facet {
		case "":
			total = one.n
		default:
			counts = append(counts, one)
		}
		return nil
	})
	return answer{total, func(tell func(directory.Facet, string, int)) {
		for _, c := range counts {
			tell(directory.Facet(c.facet), c.value, c.n)
		}
	}}, err
}

func (p *postgresEngine) size(ctx context.Context) (bytes int64, err error) {
	err = p.conn.QueryRow(ctx, "SELECT pg_total_relation_size('listings')").Scan(&bytes)
	return bytes, err
}

func (p *postgresEngine) close() error {
	if p.conn != nil {
		_ = p.conn.Close(context.Background())
	}
	if p.server != nil && p.server.Process != nil {
		_ = p.server.Process.Signal(syscall.SIGQUIT)
		_ = p.server.Wait()
	}
	return os.RemoveAll(p.folder)
}
