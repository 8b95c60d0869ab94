package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"jitsi-hetzner/toolchain/providers/command/internal/sshtest"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil || string(content) != want {
		t.Errorf("%s holds %q, %v; %q is expected", path, content, err, want)
	}
}

func fileAsset(t *testing.T, path string) *resource.Asset {
	t.Helper()
	asset, err := resource.NewPathAsset(path)
	if err != nil {
		t.Fatal(err)
	}
	return asset
}

func folder(t *testing.T, path string) *resource.Archive {
	t.Helper()
	archive, err := resource.NewPathArchive(path)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func TestAFileIsCopiedAndItsParentsAreCreated(t *testing.T) {
	engine, server, dir := newEngine(t), sshtest.Start(t, sshtest.Options{}), t.TempDir()
	source := write(t, filepath.Join(dir, "source"), strings.Repeat("0123456789", 50_000))
	target := filepath.Join(dir, "a/b/target")
	inputs := props{
		"connection": connection(server), "source": fileAsset(t, source), "remotePath": target,
	}
	state, err := engine.create(copyToRemote, inputs)
	if err != nil {
		t.Fatal(err)
	}
	expectFile(t, target, strings.Repeat("0123456789", 50_000))
	if !state["connection"].IsSecret() {
		t.Error("the connection is not secret")
	}
}

func TestAnExistingDirectoryGetsTheFileInside(t *testing.T) {
	engine, server, dir := newEngine(t), sshtest.Start(t, sshtest.Options{}), t.TempDir()
	source := write(t, filepath.Join(dir, "source"), "content")
	target := t.TempDir()
	_, err := engine.create(copyToRemote, props{
		"connection": connection(server), "source": fileAsset(t, source), "remotePath": target,
	})
	if err != nil {
		t.Fatal(err)
	}
	expectFile(t, filepath.Join(target, "source"), "content")
}

func TestAFolderIsCopiedWithItsContent(t *testing.T) {
	engine, server, dir := newEngine(t), sshtest.Start(t, sshtest.Options{}), t.TempDir()
	write(t, filepath.Join(dir, "conf/one"), "1")
	write(t, filepath.Join(dir, "conf/deep/two"), "2")
	for _, test := range []struct{ source, root string }{
		{"conf", "conf"}, // the folder itself, like `cp -r conf target`
		{"conf/", "."},   // what is in it
	} {
		target := filepath.Join(t.TempDir(), "target")
		_, err := engine.create(copyToRemote, props{
			"connection": connection(server), "remotePath": target,
			"source": folder(t, filepath.Join(dir)+"/"+test.source),
		})
		if err != nil {
			t.Fatal(err)
		}
		expectFile(t, filepath.Join(target, test.root, "one"), "1")
		expectFile(t, filepath.Join(target, test.root, "deep/two"), "2")
	}
}

func TestAChangedContentOrPathIsCopiedAgain(t *testing.T) {
	engine, server, dir := newEngine(t), sshtest.Start(t, sshtest.Options{}), t.TempDir()
	target := filepath.Join(dir, "target")
	inputs := func(content, target string) props {
		asset, err := resource.NewTextAsset(content)
		if err != nil {
			t.Fatal(err)
		}
		return props{"connection": connection(server), "source": asset, "remotePath": target}
	}
	state, err := engine.create(copyToRemote, inputs("one", target))
	if err != nil {
		t.Fatal(err)
	}
	update := func(next props) {
		t.Helper()
		if state, err = engine.update(copyToRemote, state, next); err != nil {
			t.Fatal(err)
		}
	}
	update(inputs("two", target))
	expectFile(t, target, "two")

	other := target + "-other"
	update(inputs("two", other))
	expectFile(t, other, "two")

	// Another host is not a reason to copy again; use triggers for that.
	dials := server.Dials()
	moved := inputs("two", other)
	moved["connection"] = with(connection(server), props{"perDialTimeout": 6.0})
	update(moved)
	if server.Dials() != dials {
		t.Error("it was copied again although neither content nor path changed")
	}
}

func TestASourceIsNeeded(t *testing.T) {
	_, failures := newEngine(t).check(copyToRemote, props{
		"connection": props{"host": "h"}, "remotePath": "/x",
	})
	if len(failures) == 0 {
		t.Error("inputs without a source are accepted")
	}
}

func TestAFailedCopyNamesThePath(t *testing.T) {
	engine, server, dir := newEngine(t), sshtest.Start(t, sshtest.Options{}), t.TempDir()
	file := write(t, filepath.Join(dir, "file"), "in the way")
	_, err := engine.create(copyToRemote, props{
		"connection": connection(server), "source": fileAsset(t, file),
		"remotePath": filepath.Join(file, "below"),
	})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error is %v", err)
	}
}
