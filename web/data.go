package web

// dataView is the page on the directory's data.
type dataView struct {
	Licence said
	Files   []dataFile
	Handle  string
	Sources bool
	API     string // the description of the programs' interface; "" where there is none
	Contact link
}

// dataFile is one way to take the data along.
type dataFile struct {
	Name, Address, Words string
}

// dataFiles are the exports of a whole directory, by their key in the list
// "data-file".
var dataFiles = []struct{ key, name, address string }{
	{"json", "JSON", "/api/v1/listings"},
	{"geojson", "GeoJSON", "/api/v1/listings.geojson"},
	{"csv", "CSV", "/api/v1/listings.csv"},
	{"jsonld", "JSON-LD", "/api/v1/listings.jsonld"},
	{"vcf", "vCard", "/api/v1/listings.vcf"},
	{"export", "export.json", exportPath},
	{"librehost", "directory.json", "/directory.json"},
}

// showData tells what the directory holds, how to take it along, and from whom
// it has it.
func (s *Site) showData(v *visit) (page, error) {
	loc := v.locale
	view := dataView{
		Licence: written(loc, s.options.Keepers.Licence), Handle: s.aggregatorHandle(),
		Sources: s.options.Areas != nil, Contact: s.keeperContact(), API: openAPIPath,
	}
	for _, f := range dataFiles {
		view.Files = append(view.Files, dataFile{f.name, f.address, loc.word("data-file", f.key)})
	}
	return page{template: "data", title: loc.text("data.title"), description: loc.text("data.lead"), data: view}, nil
}
