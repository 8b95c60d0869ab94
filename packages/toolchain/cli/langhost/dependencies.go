package langhost

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// About tells which node runs the programs.
func (h *Host) About(
	ctx context.Context, _ *pulumirpc.AboutRequest,
) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, status.Error(codes.NotFound, "node is not on the PATH; install Node.js 20 or newer")
	}
	version, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return nil, status.Errorf(codes.Internal, "%s --version: %v", node, err)
	}
	return &pulumirpc.AboutResponse{
		Executable: node, Version: strings.TrimSpace(string(version)),
	}, nil
}

// GetProgramDependencies lists the packages in the nearest package.json with the versions that are
// installed, or with all that is installed.
func (h *Host) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	directory := request.GetInfo().GetProgramDirectory()
	dependencies, err := programDependencies(directory, request.GetTransitiveDependencies())
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	return &pulumirpc.GetProgramDependenciesResponse{Dependencies: dependencies}, nil
}

func programDependencies(directory string, all bool) ([]*pulumirpc.DependencyInfo, error) {
	modules := nodeModules(directory)
	if len(modules) == 0 {
		return nil, fmt.Errorf("no node_modules in %s or above it; run npm install", directory)
	}
	versions := map[string]string{}
	if all {
		err := eachPackage(modules[0], func(m manifest) { versions[m.Name] = m.Version })
		if err != nil {
			return nil, err
		}
	} else {
		project, err := readManifest(filepath.Dir(modules[0]))
		if err != nil {
			return nil, err
		}
		for _, group := range []map[string]string{project.Dependencies, project.DevDependencies} {
			for name, wanted := range group {
				versions[name] = wanted
				if installed, err := readManifest(filepath.Join(modules[0], name)); err == nil {
					versions[name] = installed.Version
				}
			}
		}
	}
	list := make([]*pulumirpc.DependencyInfo, 0, len(versions))
	for name, version := range versions {
		list = append(list, &pulumirpc.DependencyInfo{Name: name, Version: version})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list, nil
}

// InstallDependencies runs npm in the program's directory and relays what it says.
func (h *Host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	stream pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	opts, err := parseOptions(request.GetInfo().GetOptions())
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	var mu sync.Mutex // a stream must not be sent to from two sides at once
	send := func(response *pulumirpc.InstallDependenciesResponse) error {
		mu.Lock()
		defer mu.Unlock()
		return stream.Send(response)
	}
	if opts.packageManager != "" && opts.packageManager != "npm" {
		// The lock file of this project is npm's, and npm comes with node.
		warning := fmt.Sprintf("packagemanager %s is ignored: this language host installs with npm\n",
			opts.packageManager)
		err := send(&pulumirpc.InstallDependenciesResponse{Stderr: []byte(warning)})
		if err != nil {
			return err
		}
	}
	args := []string{"install", "--loglevel=error"}
	if request.GetIsPlugin() {
		args = append(args, "--omit=dev")
	}
	cmd := exec.Command("npm", args...)
	cmd.Dir = request.GetInfo().GetProgramDirectory()
	cmd.Env = os.Environ()
	cmd.Stdout = writerFunc(func(text []byte) error {
		return send(&pulumirpc.InstallDependenciesResponse{Stdout: text})
	})
	cmd.Stderr = writerFunc(func(text []byte) error {
		return send(&pulumirpc.InstallDependenciesResponse{Stderr: text})
	})
	code, err := h.runChild(stream.Context(), cmd)
	if err == nil && code != 0 {
		err = fmt.Errorf("exit code %d", code)
	}
	if err != nil {
		return status.Errorf(codes.Aborted, "npm install in %s: %v", cmd.Dir, err)
	}
	return nil
}
