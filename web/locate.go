package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"matou/directory"
)

// A postcode is close to an address, so it never comes into the address of a
// page, where it would be kept by browsers and sent around: forms send it in a
// POST, it is looked up on this node, and what the answer leads to names the
// inter-municipality or the department around it.

// The fields of a form that asks for a place.
const (
	fieldPlace = "place"      // as typed; in an address, the code of an area
	fieldWas   = "place-was"  // what stood in the field before
	fieldCode  = "place-code" // the code that this stood for
)

// placeField is a question on a place within a form.
type placeField struct {
	Words string // what stands in the field
	Code  directory.AreaCode
	Fault string
}

// placeField shows the area of a code.
func (s *Site) placeField(l directory.Language, code string) placeField {
	if s.options.Areas == nil || code == "" {
		return placeField{}
	}
	a, ok := s.options.Areas.Area(directory.AreaCode(code))
	if !ok {
		return placeField{}
	}
	return placeField{Words: s.placeName(l, a), Code: a.Code}
}

// coarse gives the area of a place that may stand in an address: of a commune
// the smaller of its inter-municipality and its department; what is larger
// already, itself.
func (s *Site) coarse(a directory.Area) directory.AreaCode {
	if a.Kind != directory.AreaCommune {
		return a.Code
	}
	var epci, department directory.Area
	for _, code := range a.Parent {
		parent, ok := s.options.Areas.Area(code)
		switch {
		case ok && parent.Kind == directory.AreaEPCI && epci.Code == "":
			epci = parent
		case ok && parent.Kind == directory.AreaDepartment && department.Code == "":
			department = parent
		}
	}
	within := department.Code == "" || slices.Contains(epci.Parent, department.Code)
	switch {
	case epci.Code != "" && epci.Point != nil && within:
		return epci.Code
	case department.Code != "":
		return department.Code
	case strings.HasPrefix(string(a.Code), "insee:") && len(a.Parent) > 0:
		return a.Parent[0]
	}
	return a.Code // of a town abroad: the region or country that holds it
}

// routePlaces adds the forms that ask for a place.
func (s *Site) routePlaces(r *mux.Router, sameSite *http.CrossOriginProtection) {
	for _, name := range []string{"find", "found", "listings", "replace"} {
		for _, l := range s.languages {
			r.Handle(pathOf(name, l), guard(sameSite.Handler(s.goToPlace(name, l)))).Methods(http.MethodPost)
		}
	}
}

// whereView asks again for a place that was not found, or that several share.
type whereView struct {
	Action  string
	Kept    []parameter
	Place   placeField
	Choices []navigation
	Without string
}

// goToPlace answers the forms that ask for a place: it leads to the page of
// that name with the area in its address, or asks which place was meant.
func (s *Site) goToPlace(name string, l directory.Language) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, name, l)
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			s.failWith(w, v, http.StatusBadRequest, "unreadable")
			return
		}
		asked := url.Values{}
		for field, values := range r.PostForm {
			for _, value := range values {
				if value = strings.TrimSpace(value); value != "" && field != fieldPlace && field != fieldWas && field != fieldCode {
					asked.Add(field, value)
				}
			}
		}
		to := func(code directory.AreaCode) string {
			values := url.Values{}
			for field, all := range asked {
				values[field] = all
			}
			if code != "" {
				values.Set(fieldPlace, string(code))
			}
			return withQuery(address(l, name, v.addressed()...), values)
		}
		typed := strings.TrimSpace(r.PostForm.Get(fieldPlace))
		code, choices := s.meant(l, typed, r.PostForm, to)
		w.Header().Set("Cache-Control", "no-store")
		if typed == "" || code != "" || s.options.Areas == nil {
			http.Redirect(w, r, to(code), http.StatusSeeOther) //nolint:gosec // a path of ours; what the form says stays in the query
			return
		}
		view := whereView{
			Action: address(l, name, v.addressed()...), Kept: fields(asked), Choices: choices,
			Place: placeField{Words: plain(typed)}, Without: to(""),
		}
		if len(choices) == 0 {
			view.Place.Fault = v.locale.text("where.unknown", view.Place.Words)
		}
		s.render(w, v, page{
			template: "where", title: v.locale.text("where.title"), data: view,
			status: http.StatusUnprocessableEntity, unlisted: true, fault: view.Place.Fault != "",
		})
	}
}

// meant finds the one area that was meant, or the choices where several places
// may have been.
func (s *Site) meant(l directory.Language, typed string, form url.Values, to func(directory.AreaCode) string) (directory.AreaCode, []navigation) {
	if typed == "" || s.options.Areas == nil {
		return "", nil
	}
	if typed == strings.TrimSpace(form.Get(fieldWas)) {
		typed = form.Get(fieldCode)
	}
	if a, ok := s.options.Areas.Area(directory.AreaCode(typed)); ok {
		return s.coarse(a), nil
	}
	found := s.options.Areas.Locate(typed)
	if len(found) == 0 {
		return "", nil
	}
	number := strings.ContainsAny(typed, "0123456789")
	var codes []directory.AreaCode
	var choices []navigation
	for _, a := range found {
		same := a.Kind == found[0].Kind && a.Name["fr"] == found[0].Name["fr"]
		code := s.coarse(a)
		if a.Kind == directory.AreaCommune && (same || number) && !slices.Contains(codes, code) {
			codes = append(codes, code)
			choices = append(choices, navigation{Text: s.placeName(l, a), Address: to(code)})
		}
	}
	if len(choices) > 1 {
		return "", choices
	}
	return s.coarse(found[0]), nil
}

// fields gives the parameters of an address as fields of a form.
func fields(values url.Values) []parameter {
	var all []parameter
	for _, name := range sortedKeys(values) {
		for _, v := range values[name] {
			all = append(all, parameter{name, v})
		}
	}
	return all
}
