package command_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	p "github.com/pulumi/pulumi-go-provider"

	"jitsi-hetzner/toolchain/providers/command"
	"jitsi-hetzner/toolchain/providers/command/internal/sshtest"
)

// props are inputs in the form of a program.
type props = map[string]any

// engine talks to the provider over its wire types, like the Pulumi engine.
type engine struct {
	pulumirpc.UnimplementedEngineServer
	t        *testing.T
	provider pulumirpc.ResourceProviderServer

	mu   sync.Mutex
	logs []*pulumirpc.LogRequest
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	t.Setenv("SSH_AUTH_SOCK", "") // the tests must not use the agent of the user who runs them
	e := &engine{t: t}
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterEngineServer(server, e)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	host, err := provider.NewHostClient(fmt.Sprintf("127.0.0.1:%d", handle.Port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		host.Close()
		close(cancel)
		<-handle.Done
	})
	e.provider, err = p.RawServer("command", command.Version, command.Provider())(host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.provider.Configure(t.Context(), &pulumirpc.ConfigureRequest{
		AcceptSecrets: true, AcceptResources: true, Args: &structpb.Struct{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Log records what the provider logs.
func (e *engine) Log(_ context.Context, request *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.logs = append(e.logs, request)
	return &emptypb.Empty{}, nil
}

// shown returns the logged texts in their order.
func (e *engine) shown() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	texts := make([]string, len(e.logs))
	for i, log := range e.logs {
		texts[i] = log.GetMessage()
	}
	return texts
}

const (
	remoteCommand = "command:remote:Command"
	localCommand  = "command:local:Command"
	copyToRemote  = "command:remote:CopyToRemote"
)

func urn(token string) string {
	return "urn:pulumi:test::test::" + token + "::it"
}

var wire = plugin.MarshalOptions{
	KeepUnknowns: true, KeepSecrets: true, KeepResources: true, ComputeAssetHashes: true,
}

func (e *engine) marshal(values resource.PropertyMap) *structpb.Struct {
	e.t.Helper()
	message, err := plugin.MarshalProperties(values, wire)
	if err != nil {
		e.t.Fatal(err)
	}
	return message
}

func (e *engine) unmarshal(message *structpb.Struct) resource.PropertyMap {
	e.t.Helper()
	values, err := plugin.UnmarshalProperties(message, wire)
	if err != nil {
		e.t.Fatal(err)
	}
	return values
}

func (e *engine) check(token string, inputs props) (resource.PropertyMap, []string) {
	e.t.Helper()
	response, err := e.provider.Check(e.t.Context(), &pulumirpc.CheckRequest{
		Urn: urn(token), News: e.marshal(resource.NewPropertyMapFromMap(inputs)),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	var failures []string
	for _, failure := range response.GetFailures() {
		failures = append(failures, failure.GetProperty()+": "+failure.GetReason())
	}
	return e.unmarshal(response.GetInputs()), failures
}

func (e *engine) checked(token string, inputs props) resource.PropertyMap {
	e.t.Helper()
	values, failures := e.check(token, inputs)
	if len(failures) > 0 {
		e.t.Fatal(failures)
	}
	return values
}

// create checks the inputs and creates the resource.
func (e *engine) create(token string, inputs props) (resource.PropertyMap, error) {
	e.t.Helper()
	return e.createIn(e.t.Context(), token, inputs, false)
}

func (e *engine) createIn(
	ctx context.Context, token string, inputs props, preview bool,
) (resource.PropertyMap, error) {
	e.t.Helper()
	response, err := e.provider.Create(ctx, &pulumirpc.CreateRequest{
		Urn: urn(token), Name: "it", Type: token, Preview: preview,
		Properties: e.marshal(e.checked(token, inputs)),
	})
	if err != nil {
		return nil, err
	}
	if !preview && response.GetId() == "" {
		e.t.Fatal("a created resource has no id")
	}
	return e.unmarshal(response.GetProperties()), nil
}

func (e *engine) update(
	token string, old resource.PropertyMap, inputs props,
) (resource.PropertyMap, error) {
	e.t.Helper()
	response, err := e.provider.Update(e.t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(token), Id: "it1234", Name: "it", Type: token,
		Olds: e.marshal(old), News: e.marshal(e.checked(token, inputs)),
	})
	if err != nil {
		return nil, err
	}
	return e.unmarshal(response.GetProperties()), nil
}

func (e *engine) delete(token string, old resource.PropertyMap) error {
	e.t.Helper()
	_, err := e.provider.Delete(e.t.Context(), &pulumirpc.DeleteRequest{
		Urn: urn(token), Id: "it1234", Name: "it", Type: token, Properties: e.marshal(old),
	})
	return err
}

func (e *engine) diff(
	token string, old resource.PropertyMap, inputs props,
) *pulumirpc.DiffResponse {
	e.t.Helper()
	response, err := e.provider.Diff(e.t.Context(), &pulumirpc.DiffRequest{
		Urn: urn(token), Id: "it1234", Name: "it", Type: token,
		Olds: e.marshal(old), OldInputs: e.marshal(old),
		News: e.marshal(e.checked(token, inputs)),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return response
}

// connection describes a server like in a program, with its pinned key.
func connection(server *sshtest.Server) props {
	return props{
		"host": server.Host, "port": float64(server.Port), "user": "root",
		"hostKey": server.HostKey, "dialErrorLimit": 1.0, "perDialTimeout": 5.0,
	}
}

func with(base props, more props) props {
	merged := props{}
	for _, part := range []props{base, more} {
		for key, value := range part {
			merged[key] = value
		}
	}
	return merged
}

func secret(value any) resource.PropertyValue {
	return resource.MakeSecret(resource.NewPropertyValue(value))
}

// plain returns a string property that is not secret.
func plain(t *testing.T, values resource.PropertyMap, key string) string {
	t.Helper()
	value := values[resource.PropertyKey(key)]
	if !value.IsString() {
		t.Fatalf("%s is %v; a plain string is expected", key, value)
	}
	return value.StringValue()
}
