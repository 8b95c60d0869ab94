// Package npmsdk compares a provider's schema with the SDK of the same package on npm, which was
// generated from the official provider's schema.
package npmsdk

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// Discard takes what the schema's generator has to say about missing documentation.
func Discard() diag.Sink {
	return diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
}

// Resource is what the SDK sends for a resource, and what it reads back.
type Resource struct{ Inputs, Properties []string }

// SDK is what the JavaScript of a package names.
type SDK struct {
	// Resources by token.
	Resources map[string]Resource
	// Functions are tokens.
	Functions []string
}

var (
	typeToken     = regexp.MustCompile(`__pulumiType = ['"]([^'"]+:[^'"]+)['"]`)
	functionToken = regexp.MustCompile(`runtime\.invoke\("([^"]+)"`)
	given         = regexp.MustCompile(`resourceInputs\["(\w+)"\] = .*args\??\.`)
	returned      = regexp.MustCompile(`resourceInputs\["(\w+)"\]`)
)

// Read reads the SDK of a package from the project's node_modules, at the given version.
func Read(t *testing.T, name, version string) SDK {
	t.Helper()
	root, err := filepath.Abs("../../../../node_modules/@pulumi/" + name)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		t.Fatalf("%v: run npm ci in the project's folder", err)
	}
	if !strings.Contains(string(manifest), `"version": "`+version+`"`) {
		t.Fatalf("%s is installed in another version than %s, which is built here", root, version)
	}
	sdk := SDK{Resources: map[string]Resource{}}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".js" {
			return err
		}
		text, err := os.ReadFile(path)
		sdk.add(string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sdk.Resources) == 0 {
		t.Fatalf("no resource was found in %s; SDKs are written in another way now", root)
	}
	return sdk
}

func (s *SDK) add(javascript string) {
	if token := typeToken.FindStringSubmatch(javascript); token != nil {
		s.Resources[token[1]] = Resource{
			Inputs:     names(given, javascript),
			Properties: names(returned, javascript),
		}
	}
	if token := functionToken.FindStringSubmatch(javascript); token != nil {
		s.Functions = append(s.Functions, token[1])
	}
}

func names(pattern *regexp.Regexp, text string) []string {
	found := map[string]bool{}
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// Expect fails the test wherever the built provider's schema is not what the SDK was generated from.
// What is in except (tokens) is left out.
func Expect(t *testing.T, sdk SDK, built schema.PackageSpec, except ...string) {
	t.Helper()
	for _, token := range slices.Sorted(maps.Keys(sdk.Resources)) {
		if slices.Contains(except, token) || strings.HasPrefix(token, "pulumi:providers:") {
			continue
		}
		want := sdk.Resources[token]
		got, ok := built.Resources[token]
		if !ok {
			t.Errorf("the built provider has no %s", token)
			continue
		}
		same(t, token+" inputs", slices.Sorted(maps.Keys(got.InputProperties)), want.Inputs)
		same(t, token+" properties", slices.Sorted(maps.Keys(got.Properties)), want.Properties)
	}
	for _, token := range sdk.Functions {
		if _, ok := built.Functions[token]; !ok && !slices.Contains(except, token) {
			t.Errorf("the built provider has no function %s", token)
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got  %v\n want %v", what, got, want)
	}
}
