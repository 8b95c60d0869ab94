package langhost

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// installed creates a project with packages of the given names and manifests.
func installed(t *testing.T, packages map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, manifest := range packages {
		write(t, dir, filepath.Join("node_modules", name, "package.json"), manifest)
	}
	return dir
}

func TestRequiredPackagesAreThoseWithAPulumiField(t *testing.T) {
	_, client := connect(t)
	dir := installed(t, map[string]string{
		"@pulumi/hcloud": `{"name":"@pulumi/hcloud","version":"1.41.0",
			"pulumi":{"resource":true,"name":"hcloud","version":"1.41.0"}}`,
		"@pulumi/old": `{"name":"@pulumi/old","version":"v2.0.0","pulumi":{"resource":true}}`,
		"@acme/pkg": `{"name":"@acme/pkg","version":"0.1.0",
			"pulumi":{"resource":true,"name":"acme","server":"https://acme.example"}}`,
		"@pulumi/pulumi":                    `{"name":"@pulumi/pulumi","version":"3.248.0"}`,
		"@pulumi/policy":                    `{"name":"@pulumi/policy","version":"1.0.0","pulumi":{"resource":false}}`,
		"plain":                             `{"name":"plain","version":"1.0.0"}`,
		"plain/node_modules/@pulumi/nested": `{"name":"@pulumi/nested","version":"1.0.0","pulumi":{"resource":true,"name":"nested"}}`,
		"other/node_modules/@pulumi/hcloud": `{"name":"@pulumi/hcloud","version":"1.41.0","pulumi":{"resource":true,"name":"hcloud"}}`,
		"other":                             `{"name":"other","version":"1.0.0"}`,
		".cache/should-not-be-looked-at/whatever": `not even json`,
	})
	write(t, dir, "node_modules/not-a-package/readme", "no package.json here")
	response, err := client.GetRequiredPackages(t.Context(), &pulumirpc.GetRequiredPackagesRequest{
		Info: programInfo(t, filepath.Join(dir), nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, found := range response.GetPackages() {
		got = append(got, strings.TrimSpace(fmt.Sprintln(
			found.GetKind(), found.GetName(), found.GetVersion(), found.GetServer())))
	}
	want := []string{
		"resource acme v0.1.0 https://acme.example", "resource hcloud v1.41.0",
		"resource nested v1.0.0", "resource old v2.0.0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("packages are %q; %q is expected", got, want)
	}
}

func TestPackagesAreFoundFromAFolderOfTheProject(t *testing.T) {
	dir := installed(t, map[string]string{
		"a": `{"name":"a","version":"1.0.0","pulumi":{"resource":true,"name":"a"}}`,
	})
	write(t, dir, "src/index.ts", "")
	packages, err := requiredPackages(filepath.Join(dir, "src"))
	if err != nil || len(packages) != 1 {
		t.Errorf("packages are %v, %v", packages, err)
	}
}

func TestABrokenPackageCausesAnErrorWithTheRemedy(t *testing.T) {
	_, client := connect(t)
	dir := installed(t, map[string]string{"broken": `{"name":`})
	_, err := client.GetRequiredPackages(t.Context(), &pulumirpc.GetRequiredPackagesRequest{
		Info: programInfo(t, dir, nil),
	})
	if err == nil || !strings.Contains(err.Error(), "broken/package.json") ||
		!strings.Contains(err.Error(), "npm install") {
		t.Errorf("error is %v", err)
	}
}

func TestProgramDependenciesHaveTheirInstalledVersions(t *testing.T) {
	_, client := connect(t)
	dir := installed(t, map[string]string{
		"direct":     `{"name":"direct","version":"1.2.3"}`,
		"transitive": `{"name":"transitive","version":"4.5.6"}`,
	})
	write(t, dir, "package.json", `{"dependencies":{"direct":"^1.0.0"},"devDependencies":{"absent":"2.x"}}`)
	for all, want := range map[bool][]string{
		false: {"absent 2.x", "direct 1.2.3"},
		true:  {"direct 1.2.3", "transitive 4.5.6"},
	} {
		response, err := client.GetProgramDependencies(t.Context(),
			&pulumirpc.GetProgramDependenciesRequest{
				Info: programInfo(t, dir, nil), TransitiveDependencies: all,
			})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range response.GetDependencies() {
			got = append(got, found.GetName()+" "+found.GetVersion())
		}
		if !slices.Equal(got, want) {
			t.Errorf("transitive %v: %q; %q is expected", all, got, want)
		}
	}
}

func TestAboutNamesTheNode(t *testing.T) {
	_, client := connect(t)
	about, err := client.About(t.Context(), &pulumirpc.AboutRequest{})
	if err != nil || !strings.HasPrefix(about.GetVersion(), "v") ||
		!filepath.IsAbs(about.GetExecutable()) {
		t.Error(about, err)
	}
}

// fakeNpm puts an npm of the test first on the PATH.
func fakeNpm(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "npm", "#!/bin/sh\n"+script)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func install(
	t *testing.T, client pulumirpc.LanguageRuntimeClient, opts map[string]any,
) (string, error) {
	t.Helper()
	stream, err := client.InstallDependencies(t.Context(), &pulumirpc.InstallDependenciesRequest{
		Info: programInfo(t, t.TempDir(), opts),
	})
	if err != nil {
		t.Fatal(err)
	}
	var output strings.Builder
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return output.String(), nil
		}
		if err != nil {
			return output.String(), err
		}
		output.Write(message.GetStdout())
		output.Write(message.GetStderr())
	}
}

func TestInstallRelaysTheOutputOfNpm(t *testing.T) {
	fakeNpm(t, `echo "npm $1"; echo careful >&2`)
	_, client := connect(t)
	output, err := install(t, client, nil)
	if err != nil || !strings.Contains(output, "npm install\n") || !strings.Contains(output, "careful\n") {
		t.Errorf("output is %q, %v", output, err)
	}
}

func TestAFailedInstallIsAnError(t *testing.T) {
	fakeNpm(t, "exit 9")
	_, client := connect(t)
	if _, err := install(t, client, nil); err == nil || !strings.Contains(err.Error(), "exit code 9") {
		t.Errorf("error is %v", err)
	}
}

func TestAnotherPackageManagerIsIgnoredWithAMessage(t *testing.T) {
	fakeNpm(t, "exit 0")
	_, client := connect(t)
	output, err := install(t, client, map[string]any{"packagemanager": "yarn"})
	if err != nil || !strings.Contains(output, "packagemanager yarn is ignored") {
		t.Errorf("output is %q, %v", output, err)
	}
}
