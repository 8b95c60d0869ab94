package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"google.golang.org/grpc"
)

func TestTheHostEndsWhenItsEngineHasEnded(t *testing.T) {
	stop := make(chan bool)
	engine, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init:   func(*grpc.Server) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(fmt.Sprintf("127.0.0.1:%d", engine.Port), 20*time.Millisecond) }()
	select {
	case err := <-ended:
		t.Fatalf("it ended while its engine runs: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(stop)
	<-engine.Done
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still runs although its engine has ended")
	}
}
