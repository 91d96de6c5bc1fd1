package directory

// How much Markdown is formatted. People stay far below: a page of rules with
// a link in every line has a few hundred marks.
const (
	maxMarks    = 2000
	maxBrackets = 500
	maxIndent   = 64
)

// IsIntricate reports whether a Markdown text has more marks than anybody
// writes: emphases, quotations, code, brackets of links, lists within lists.
// The time that it takes to format some of them grows with the square of their
// number, so whoever formats foreign texts shows such a one as it stands.
func IsIntricate(markdown string) bool {
	marks, brackets, blanks := 0, 0, 0
	for i := 0; i < len(markdown); i++ {
		switch markdown[i] {
		case ' ', '\t':
			if blanks++; blanks > maxIndent {
				return true
			}
			continue
		case '[', ']':
			brackets++
		case '*', '_', '~', '`', '>', '<', '-', '+', '#', '=', '|', '!', '\\', '&':
			marks++
		}
		blanks = 0
	}
	return marks > maxMarks || brackets > maxBrackets
}
