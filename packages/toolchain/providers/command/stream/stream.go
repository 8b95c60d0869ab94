// Package stream takes what a command writes: it keeps both streams for the outputs, both together
// for the error message, and shows lines while the command runs.
package stream

import (
	"bufio"
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

	mu             sync.Mutex
	out, err, both bytes.Buffer
	show           *io.PipeWriter
	shown          chan struct{}
}

// NewCapture shows lines as the status of the resource that the context belongs to.
func NewCapture(ctx context.Context, logging *Logging) *Capture {
	lines, show := io.Pipe()
	c := &Capture{show: show, shown: make(chan struct{})}
	c.Stdout = c.writer(&c.out, logging.shows(Stdout))
	c.Stderr = c.writer(&c.err, logging.shows(Stderr))
	go func() {
		defer close(c.shown)
		showLines(lines, p.GetLogger(ctx))
	}()
	return c
}

// showLines ends at a line that is longer than the scanner's 64 KiB, and the pipe is not read any more: as upstream,
// the command then waits for ever at its output. What writes such lines needs logging "none".
func showLines(lines io.Reader, logger p.Logger) {
	scanner := bufio.NewScanner(lines)
	for scanner.Scan() {
		logger.InfoStatus(scanner.Text())
	}
}

func (c *Capture) writer(own *bytes.Buffer, show bool) io.Writer {
	return writerFunc(func(text []byte) (int, error) {
		c.keep(own, text)
		if !show {
			return len(text), nil
		}
		return c.show.Write(text)
	})
}

func (c *Capture) keep(own *bytes.Buffer, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	own.Write(text)
	c.both.Write(text)
}

// Result is what the streams held, one trailing newline cut from each, once the command has ended;
// or, when it failed, an error with the command and both streams.
func (c *Capture) Result(command string, failure error) (stdout, stderr string, err error) {
	c.show.Close()
	<-c.shown
	if failure != nil {
		return "", "", fmt.Errorf("%w: running %q:\n%s", failure, command, c.both.String())
	}
	return strings.TrimSuffix(c.out.String(), "\n"), strings.TrimSuffix(c.err.String(), "\n"), nil
}

type writerFunc func([]byte) (int, error)

func (write writerFunc) Write(text []byte) (int, error) { return write(text) }
