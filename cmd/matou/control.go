package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"matou/directory"
)

// maxControlBytes bounds a request on the control socket: a profile with the
// files of its import, or the hosters that a collective's file tells of.
const maxControlBytes = 64 << 20

// controlError is how an error crosses the control socket: the sentence and
// the exit code that it ends the command with.
type controlError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
}

// controlHandler answers the verbs of commands for a running node. Whoever can
// open the socket is its keeper: it lies in the data folder, for its owner only.
func controlHandler(n *node, current func() state) http.Handler {
	mux := http.NewServeMux()
	answer(mux, n, publishHoster)
	answer(mux, n, showHoster)
	answer(mux, n, publishNotice)
	answer(mux, n, updateNotice)
	answer(mux, n, editNotice)
	answer(mux, n, showNotice)
	answer(mux, n, deleteNotice)
	answer(mux, n, listNotices)
	answer(mux, n, followHoster)
	answer(mux, n, unfollowHoster)
	answer(mux, n, listFollowing)
	answer(mux, n, listCandidates)
	answer(mux, n, acceptCandidate)
	answer(mux, n, dismissCandidate)
	answer(mux, n, learnFrom)
	answer(mux, n, readSites)
	answer(mux, n, listSiteFiles)
	answer(mux, n, forgetSiteFile)
	answer(mux, n, listSites)
	answer(mux, n, excludeSite)
	answer(mux, n, includeSite)
	answer(mux, n, startRebuild)
	answer(mux, n, showRebuild)
	answer(mux, n, showMoved)
	answer(mux, n, moveAway)
	answer(mux, n, moveBack)
	answer(mux, n, addAlias)
	answer(mux, n, removeAlias)
	answer(mux, n, listReports)
	answer(mux, n, showReport)
	answer(mux, n, closeReport)
	answer(mux, n, sendReport)
	answer(mux, n, listCollectives)
	answer(mux, n, keepCollective)
	answer(mux, n, forgetCollective)
	answer(mux, n, admitMembers)
	answer(mux, n, unadmitMember)
	answer(mux, n, listStamps)
	answer(mux, n, revokeStamp)
	answer(mux, n, checkStore)
	answer(mux, n, federationStatus)
	answer(mux, n, listQueue)
	answer(mux, n, retryQueue)
	answer(mux, n, dropQueue)
	answer(mux, n, listBlocks)
	answer(mux, n, putBlocks)
	answer(mux, n, removeBlock)
	answer(mux, n, listAllows)
	answer(mux, n, addAllow)
	answer(mux, n, removeAllow)
	answer(mux, n, purgeHosts)
	answer(mux, n, endPurge)
	answer(mux, n, listDecisions)
	answer(mux, n, listListings)
	answer(mux, n, rotateKeys)
	answer(mux, n, exportKeys)
	answer(mux, n, importKeys)
	answer(mux, n, verb[nothing, state]{"state", func(context.Context, *node, nothing) (state, error) {
		return current(), nil
	}})
	return mux
}

// answer adds one verb to the control socket.
func answer[In, Out any](mux *http.ServeMux, n *node, v verb[In, Out]) {
	mux.HandleFunc("POST /"+v.name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControlBytes))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			refuse(w, directory.Invalid("request", "is not what this version of matou understands: restart the node after an upgrade"))
			return
		}
		out, err := v.run(r.Context(), n, in)
		if err != nil {
			n.log.InfoContext(r.Context(), "command refused", slog.String("verb", v.name), slog.String("reason", sentence(err)))
			refuse(w, err)
			return
		}
		n.log.InfoContext(r.Context(), "command done", slog.String("verb", v.name))
		w.Header().Set("Content-Type", "application/json")
		// The command went away: what was asked is done, nobody reads of it.
		_ = json.NewEncoder(w).Encode(out)
	})
}

func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(controlError{Message: sentence(err), Code: exitCode(err)})
}

// target is the node that a command speaks to: a running one, or the store
// opened by this process. Exactly one is set.
type target struct {
	remote *http.Client
	local  *node
}

// reach finds the node of a configuration: the running one, else its store.
func reach(ctx context.Context, c *config, t *terminal) (*target, error) {
	if client, ok := dialControl(ctx, c.dataDir()); ok {
		return &target{remote: client}, nil
	}
	n, err := openNode(ctx, c, quietLog(c, t))
	if err != nil {
		return nil, err
	}
	return &target{local: n}, nil
}

// quietLog is the log of a command: what its keeper did not ask to see stays
// out of the way of its sentences.
func quietLog(c *config, t *terminal) *slog.Logger {
	if c.Log.Level == "debug" {
		return newLog(c, t)
	}
	return slog.New(slog.NewTextHandler(t.errOut, &slog.HandlerOptions{Level: slog.LevelError}))
}

// Close ends the use of the node.
func (g *target) Close() error {
	if g.local != nil {
		return g.local.Close()
	}
	g.remote.CloseIdleConnections()
	return nil
}

// running reports whether the node runs in another process: what is queued for
// delivery leaves at once there, else when the node is next started.
func (g *target) running() bool { return g.remote != nil }

// call carries out the verb at the node.
func (v verb[In, Out]) call(ctx context.Context, g *target, in In) (Out, error) {
	if g.local != nil {
		return v.run(ctx, g.local, in)
	}
	var out Out
	err := post(ctx, g.remote, v.name, in, &out)
	return out, err
}

// post asks the running node.
func post(ctx context.Context, client *http.Client, name string, in, out any) error {
	body, err := encode(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control/"+name, body)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault(exitBusy, err, "the running node stopped before it answered: look at its log, then run the command again")
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return fault(exitBusy, err, "the running node stopped before it had answered: look at its log, then run the command again")
	}
	if answer.StatusCode != http.StatusOK {
		var refused controlError
		if json.Unmarshal(raw, &refused) != nil || refused.Message == "" {
			return fault(exitBusy, nil, "the running node is of another version of matou: restart it")
		}
		return fault(refused.Code, nil, "%s", refused.Message)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fault(exitBusy, errors.Unwrap(err), "the running node is of another version of matou: restart it")
	}
	return nil
}

// withNode runs f with the node of the configuration that the command line
// names.
func (c *cli) withNode(ctx context.Context, t *terminal, f func(*config, *target) error) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	g, err := reach(ctx, cfg, t)
	if err != nil {
		return err
	}
	return errors.Join(f(cfg, g), g.Close())
}
