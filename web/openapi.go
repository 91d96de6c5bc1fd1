package web

import (
	_ "embed"
	"net/http"

	"matou/directory"
)

// openAPIPath is where the interface for programs is described.
const openAPIPath = "/api/v1/openapi.json"

// openAPI is the description of the interface (OpenAPI 3.1.1). The tests ask
// everything that it describes, and find nothing that it does not.
//
//go:embed openapi.json
var openAPI []byte

func (s *Site) answerDescription(*http.Request, directory.Language) (any, string, error) {
	return openAPI, jsonType, nil
}
