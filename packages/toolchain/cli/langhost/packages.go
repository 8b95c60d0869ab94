package langhost

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// manifest is what is read of a package.json.
type manifest struct {
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Pulumi          *pulumiField      `json:"pulumi"`
}

// pulumiField marks a package as the SDK of a plugin.
type pulumiField struct {
	Resource         bool              `json:"resource"`
	Name             string            `json:"name"`
	Version          string            `json:"version"`
	Server           string            `json:"server"`
	Parameterization *parameterization `json:"parameterization"`
}

type parameterization struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Value   []byte `json:"value"`
}

// GetRequiredPackages lists the plugins whose SDKs are installed beside the program, so that the
// engine can install those that are missing before it starts.
func (h *Host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	packages, err := requiredPackages(request.GetInfo().GetProgramDirectory())
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: packages}, nil
}

// requiredPackages reads every package that node could load from the directory. A package that is
// installed twice in one version is one plugin.
func requiredPackages(directory string) ([]*pulumirpc.PackageDependency, error) {
	found := map[string]*pulumirpc.PackageDependency{}
	add := func(m manifest) {
		if dependency := m.plugin(); dependency != nil {
			key := fmt.Sprintf("%s@%s %v", dependency.Name, dependency.Version,
				dependency.Parameterization.GetName())
			found[key] = dependency
		}
	}
	for _, modules := range nodeModules(directory) {
		if err := eachPackage(modules, add); err != nil {
			return nil, err
		}
	}
	keys := make([]string, 0, len(found))
	for key := range found {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	packages := make([]*pulumirpc.PackageDependency, len(keys))
	for i, key := range keys {
		packages[i] = found[key]
	}
	return packages, nil
}

// plugin is the plugin that the package is the SDK of; nil if it is none.
func (m manifest) plugin() *pulumirpc.PackageDependency {
	if m.Pulumi == nil || !m.Pulumi.Resource {
		return nil
	}
	name := m.Pulumi.Name
	if name == "" {
		name = strings.TrimPrefix(m.Name, "@pulumi/")
	}
	version := m.Pulumi.Version
	if version == "" {
		version = m.Version
	}
	dependency := &pulumirpc.PackageDependency{
		Name:    name,
		Kind:    "resource",
		Version: "v" + strings.TrimPrefix(version, "v"),
		Server:  m.Pulumi.Server,
	}
	if p := m.Pulumi.Parameterization; p != nil {
		dependency.Parameterization = &pulumirpc.PackageParameterization{
			Name: p.Name, Version: p.Version, Value: p.Value,
		}
	}
	return dependency
}

// eachPackage visits the packages in a node_modules folder and in those nested in its packages.
// Links are not followed: a linked package's own modules belong to another project.
func eachPackage(modules string, visit func(manifest)) error {
	entries, err := os.ReadDir(modules)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(modules, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), "."):
			continue
		case entry.IsDir() && strings.HasPrefix(entry.Name(), "@"):
			if err := eachPackage(path, visit); err != nil {
				return err
			}
			continue
		}
		m, err := readManifest(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		visit(m)
		if entry.IsDir() {
			if err := eachPackage(filepath.Join(path, "node_modules"), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// readManifest reads a package.json. Only what marks a plugin must be well-formed: the `pulumi`
// field of a package may be something else altogether.
func readManifest(directory string) (manifest, error) {
	path := filepath.Join(directory, "package.json")
	text, err := os.ReadFile(path)
	if err != nil {
		// A file where a package's folder is expected is no package.
		if info, statErr := os.Stat(directory); statErr == nil && !info.IsDir() {
			return manifest{}, os.ErrNotExist
		}
		return manifest{}, err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return manifest{}, fmt.Errorf("%s: %w; run npm install", path, err)
	}
	return m, nil
}
