// Package langhost is a language host for Node.js: the service through which the Pulumi engine
// starts programs, policy packs and providers, and asks which plugins they need. It offers what a
// deployment needs; making SDKs and converting programs is left to the official host.
package langhost

import (
	"context"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Host serves one engine.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	mu     sync.Mutex
	engine string

	// running ends when everything that was started is to end.
	running  context.Context
	stop     context.CancelFunc
	children sync.WaitGroup
}

// New makes the host for the engine at this address.
func New(engine string) *Host {
	running, stop := context.WithCancel(context.Background())
	return &Host{engine: engine, running: running, stop: stop}
}

// Close ends all children with their process groups and returns when they are gone.
func (h *Host) Close() {
	h.stop()
	h.children.Wait()
}

// Handshake tells the engine's address again; it is the same that came as an argument.
func (h *Host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if address := request.GetEngineAddress(); address != "" {
		h.engine = address
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *Host) engineAddress() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.engine
}

// Cancel ends what is running; the calls under way return an error.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.stop()
	return &emptypb.Empty{}, nil
}

// GetPluginInfo returns the host's version, which is that of the CLI it is built with.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// RuntimeOptionsPrompts has nothing to ask: `pulumi new` takes the defaults of the runtime.
func (h *Host) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// Template leaves a new project as its template has it.
func (h *Host) Template(
	context.Context, *pulumirpc.TemplateRequest,
) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// GetRequiredPlugins is the old form of GetRequiredPackages; refused, the engine asks for that one.
func (h *Host) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return nil, status.Error(codes.Unimplemented, "ask for GetRequiredPackages")
}

// GenerateProgram is for converting programs.
func (h *Host) GenerateProgram(
	context.Context, *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return nil, notHere("converting a program (pulumi convert, pulumi import with code)")
}

// GenerateProject is for converting projects.
func (h *Host) GenerateProject(
	context.Context, *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	return nil, notHere("converting a project (pulumi convert)")
}

// GeneratePackage is for making SDKs.
func (h *Host) GeneratePackage(
	context.Context, *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return nil, notHere("making an SDK (pulumi package gen-sdk, pulumi package add)")
}

// Pack is for publishing SDKs.
func (h *Host) Pack(
	context.Context, *pulumirpc.PackRequest,
) (*pulumirpc.PackResponse, error) {
	return nil, notHere("packing an SDK")
}

// Link is for adding local SDKs.
func (h *Host) Link(
	context.Context, *pulumirpc.LinkRequest,
) (*pulumirpc.LinkResponse, error) {
	return nil, notHere("linking an SDK (pulumi package add)")
}

func notHere(what string) error {
	return status.Errorf(codes.Unimplemented,
		"%s is not part of this language host; install the official Pulumi CLI for it", what)
}
