package exchange

import (
	"strings"

	"matou/directory"
)

// countries are those that hosters of the French-speaking collectives name in
// words: ISO 3166-1 codes with the French and the English name. A country that
// is not here is read and written by its code alone.
var countries = []struct {
	code            directory.AreaCode
	french, english string
}{
	{"FR", "France", "France"},
	{"BE", "Belgique", "Belgium"},
	{"CH", "Suisse", "Switzerland"},
	{"LU", "Luxembourg", "Luxembourg"},
	{"MC", "Monaco", "Monaco"},
	{"CA", "Canada", "Canada"},
	{"DE", "Allemagne", "Germany"},
	{"NL", "Pays-Bas", "Netherlands"},
	{"ES", "Espagne", "Spain"},
	{"IT", "Italie", "Italy"},
	{"PT", "Portugal", "Portugal"},
	{"GB", "Royaume-Uni", "United Kingdom"},
	{"IE", "Irlande", "Ireland"},
	{"IS", "Islande", "Iceland"},
	{"NO", "Norvège", "Norway"},
	{"SE", "Suède", "Sweden"},
	{"FI", "Finlande", "Finland"},
	{"DK", "Danemark", "Denmark"},
	{"AT", "Autriche", "Austria"},
	{"PL", "Pologne", "Poland"},
	{"CZ", "Tchéquie", "Czechia"},
	{"RO", "Roumanie", "Romania"},
	{"GR", "Grèce", "Greece"},
	{"US", "États-Unis", "United States"},
}

// readCountry reads an ISO 3166-1 alpha-2 code.
func readCountry(s string) (directory.AreaCode, error) {
	code := strings.ToUpper(s)
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", reason("%s is no country code of two letters (ISO 3166-1, such as FR)", quote(s))
	}
	return directory.AreaCode(code), nil
}

// countryNamed gives the code of a country's name, or "".
func countryNamed(name string) directory.AreaCode {
	for _, c := range countries {
		if strings.EqualFold(name, c.french) || strings.EqualFold(name, c.english) {
			return c.code
		}
	}
	return ""
}

// countryName gives the French name of a code, as the format has it, or "".
func countryName(code directory.AreaCode) string {
	for _, c := range countries {
		if c.code == code {
			return c.french
		}
	}
	return ""
}
