package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"matou/directory"
)

// terminal is where a command reads and writes.
type terminal struct {
	in          io.Reader
	out         io.Writer
	errOut      io.Writer
	interactive bool // a person is at both ends: questions may be asked
	environ     []string
	lines       *bufio.Reader
}

// systemTerminal is the terminal that the process was started on.
func systemTerminal() *terminal {
	return &terminal{
		in: os.Stdin, out: os.Stdout, errOut: os.Stderr,
		interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		environ:     os.Environ(),
	}
}

// printf writes to the standard output. A reader that went away (a closed
// pipe) is no fault of the command.
func (t *terminal) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(t.out, format, args...)
}

// errorf writes to the standard error.
func (t *terminal) errorf(format string, args ...any) {
	_, _ = fmt.Fprintf(t.errOut, format, args...)
}

// ask puts a question and gives the answer, or suggested where it is empty.
// It gives up when ctx ends, which Ctrl-C does.
func (t *terminal) ask(ctx context.Context, question, suggested string) (string, error) {
	if suggested == "" {
		t.printf("%s ", question)
	} else {
		t.printf("%s [%s] ", question, suggested)
	}
	if t.lines == nil {
		t.lines = bufio.NewReader(t.in)
	}
	type answer struct {
		line string
		err  error
	}
	// A terminal cannot be told to stop waiting: whoever reads on is left
	// behind, and the program ends.
	answered := make(chan answer, 1)
	go func() {
		line, err := t.lines.ReadString('\n')
		answered <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case <-ctx.Done():
		t.printf("\n")
		return "", ctx.Err()
	case a := <-answered:
		switch {
		case a.line != "":
			return printable(a.line), nil
		case errors.Is(a.err, io.EOF):
			t.printf("\n")
			return "", fault(exitUsage, a.err, "no answer was given: nothing was changed")
		case a.err != nil:
			return "", fmt.Errorf("read the answer: %w", a.err)
		}
		return suggested, nil
	}
}

// confirm asks a question that is answered by yes or no; the default is no,
// and says that nothing was changed.
func (t *terminal) confirm(ctx context.Context, question string) (bool, error) {
	answer, err := t.ask(ctx, question+" [y/N]", "")
	if err != nil {
		return false, err
	}
	switch strings.ToLower(answer) {
	case "y", "yes", "o", "oui":
		return true, nil
	}
	t.printf("nothing was changed\n")
	return false, nil
}

// progress shows one line that is overwritten on a terminal, and plain lines
// elsewhere.
func (t *terminal) progress(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if t.interactive {
		t.printf("\r\x1b[K%s", line)
		return
	}
	t.printf("%s\n", line)
}

// progressDone ends what progress has shown.
func (t *terminal) progressDone() {
	if t.interactive {
		t.printf("\r\x1b[K")
	}
}

// language is the one that the person at the terminal has set, for texts that
// stand in several.
func (t *terminal) language() directory.Language {
	for _, name := range []string{"LC_ALL=", "LC_MESSAGES=", "LANG="} {
		for _, pair := range t.environ {
			word, ok := strings.CutPrefix(pair, name)
			if !ok || word == "" {
				continue
			}
			word, _, _ = strings.Cut(word, ".")
			word, _, _ = strings.Cut(word, "_")
			if word == "C" || word == "POSIX" {
				return "en"
			}
			return directory.Language(strings.ToLower(word))
		}
	}
	return "en"
}

// printable takes control characters out of foreign text, which could
// otherwise move the cursor or hide what follows.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0, r == '\u200e', r == '\u200f',
			r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}
