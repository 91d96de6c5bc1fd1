package badger

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// logger passes what Badger says on: what it counts as information is of
// interest to those who debug only.
type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any) {
	l.log.Warn("storage engine", "error", line(format, args))
}

func (l logger) Warningf(format string, args ...any) {
	l.log.Warn("storage engine", "warning", line(format, args))
}

func (l logger) Infof(format string, args ...any) { l.detail(format, args) }

func (l logger) Debugf(format string, args ...any) { l.detail(format, args) }

// detail is written out where somebody reads it only: there are several for
// each commit.
func (l logger) detail(format string, args []any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug("storage engine", "detail", line(format, args))
	}
}

func line(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}
