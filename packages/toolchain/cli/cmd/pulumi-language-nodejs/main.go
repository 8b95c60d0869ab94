// Command pulumi-language-nodejs runs Pulumi programs and policy packs that are written for Node.js.
// The Pulumi CLI starts it with the engine's address and reads the port from its first line.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"jitsi-hetzner/toolchain/cli/langhost"
)

// How often the engine is asked whether it still lives.
const engineCheck = 5 * time.Second

func main() {
	engine, err := engineAddress(os.Args[1:])
	if err == nil {
		err = serve(engine, engineCheck)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// serve answers until the engine says that it is enough, or is gone.
func serve(engine string, check time.Duration) error {
	// A CLI that was killed tells nobody: without asking, this process would stay for ever.
	alive, gone := context.WithCancel(context.Background())
	defer gone()
	if err := rpcutil.Healthcheck(alive, engine, check, gone); err != nil {
		return err
	}
	host := langhost.New(engine)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)

	// The engine interrupts its plugins at the end of each run and kills them 5 s later.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	select {
	case err := <-handle.Done:
		return err
	case <-alive.Done():
		host.Close()
		return nil
	case <-signals:
		host.Close()
		return nil
	}
}

// engineAddress is the one argument. The flags are those that the CLI passes on to every plugin when
// it is told to trace or to log; they are accepted and of no effect. (The Pulumi SDK registers
// flags of the same names for itself, so these are in a set of their own.)
func engineAddress(args []string) (string, error) {
	flags := flag.NewFlagSet("pulumi-language-nodejs", flag.ContinueOnError)
	flags.String("tracing", "", "the Node.js SDK is told through its environment")
	flags.String("root", "", "each request names its directories")
	flags.Bool("logtostderr", false, "errors are always returned to the engine")
	flags.Int("v", 0, "there is nothing more to log")
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if flags.NArg() == 0 {
		return "", fmt.Errorf("the engine's address is missing; the Pulumi CLI starts this program")
	}
	return flags.Arg(0), nil
}
