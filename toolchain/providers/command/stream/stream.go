// Package stream takes what a command writes: it keeps both streams for the outputs, both together
// for the error message, and shows lines while the command runs.
package stream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Names under which a command is offered what its last run wrote.
const (
	PreviousStdout = "PULUMI_COMMAND_STDOUT"
	PreviousStderr = "PULUMI_COMMAND_STDERR"
)

// Logging says which streams are shown while a command runs. Both are always kept.
type Logging string

// Values of Logging; without any, both streams are shown.
const (
	Stdout Logging = "stdout"
	Stderr Logging = "stderr"
	Both   Logging = "stdoutAndStderr"
	None   Logging = "none"
)

// Values lists what a program may write.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "Stdout", Value: Stdout, Description: "Show stdout, not stderr"},
		{Name: "Stderr", Value: Stderr, Description: "Show stderr, not stdout"},
		{Name: "StdoutAndStderr", Value: Both, Description: "Show both"},
		{Name: "None", Value: None, Description: "Show nothing"},
	}
}

func (l *Logging) shows(stream Logging) bool {
	return l == nil || *l == Both || *l == stream
}

// Capture holds what one run writes. Its writers may be used at the same time.
type Capture struct {
	Stdout, Stderr io.Writer

	mu          sync.Mutex
	out, err    bytes.Buffer
	both        bytes.Buffer
	shown       []*lines
	showMessage func(string)
}

// NewCapture shows lines as the status of the resource that the context belongs to.
func NewCapture(ctx context.Context, logging *Logging) *Capture {
	logger := p.GetLogger(ctx)
	c := &Capture{showMessage: logger.InfoStatus}
	c.Stdout = c.writer(&c.out, logging.shows(Stdout))
	c.Stderr = c.writer(&c.err, logging.shows(Stderr))
	return c
}

func (c *Capture) writer(own *bytes.Buffer, show bool) io.Writer {
	var toShow *lines
	if show {
		toShow = &lines{emit: c.showMessage}
		c.shown = append(c.shown, toShow)
	}
	return writerFunc(func(text []byte) {
		c.mu.Lock()
		defer c.mu.Unlock()
		own.Write(text)
		c.both.Write(text)
		if toShow != nil {
			toShow.write(text)
		}
	})
}

// Result is what the streams held, one trailing newline cut from each, once the command has ended;
// or, when it failed, an error with the command and both streams.
func (c *Capture) Result(command string, failure error) (stdout, stderr string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, toShow := range c.shown {
		toShow.flush()
	}
	if failure != nil {
		return "", "", fmt.Errorf("%w: running %q:\n%s", failure, command, c.both.String())
	}
	return strings.TrimSuffix(c.out.String(), "\n"), strings.TrimSuffix(c.err.String(), "\n"), nil
}

type writerFunc func([]byte)

func (write writerFunc) Write(text []byte) (int, error) {
	write(text)
	return len(text), nil
}

// maxLine bounds what is held back while waiting for the end of a line.
const maxLine = 64 << 10

// lines cuts a stream into lines.
type lines struct {
	emit    func(string)
	pending []byte
}

func (l *lines) write(text []byte) {
	l.pending = append(l.pending, text...)
	for {
		end := bytes.IndexByte(l.pending, '\n')
		if end < 0 {
			break
		}
		l.emit(strings.TrimSuffix(string(l.pending[:end]), "\r"))
		l.pending = l.pending[end+1:]
	}
	if len(l.pending) > maxLine {
		l.flush()
	}
}

func (l *lines) flush() {
	if len(l.pending) > 0 {
		l.emit(string(l.pending))
		l.pending = nil
	}
}
