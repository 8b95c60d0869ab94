package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestALocalCommandRunsInItsDirectoryWithItsEnvironmentAndInterpreter(t *testing.T) {
	dir := t.TempDir()
	state, err := newEngine(t).create(localCommand, props{
		"create": `echo "$PWD $GREETING $0 $(cat)"`, "dir": dir, "stdin": "input",
		"environment": props{"GREETING": "hello"}, "interpreter": []any{"/bin/bash", "-c"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(t, state, "stdout"); got != dir+" hello /bin/bash input" {
		t.Errorf("stdout is %q", got)
	}
}

func TestALocalUpdateAndDeleteKnowTheOldState(t *testing.T) {
	engine, dir := newEngine(t), t.TempDir()
	file := filepath.Join(dir, "deleted")
	inputs := props{
		"create": "echo first; echo warned >&2",
		"update": `echo "was $PULUMI_COMMAND_STDOUT, $PULUMI_COMMAND_STDERR"`,
		"delete": `printf '%s' "$PULUMI_COMMAND_STDOUT" >` + file,
	}
	state, err := engine.create(localCommand, inputs)
	if err != nil {
		t.Fatal(err)
	}
	state, err = engine.update(localCommand, state, with(inputs, props{"stdin": "changed"}))
	if err != nil || plain(t, state, "stdout") != "was first, warned" {
		t.Fatalf("update: %v %v", state["stdout"], err)
	}
	if err := engine.delete(localCommand, state); err != nil {
		t.Fatal(err)
	}
	expectFile(t, file, "was first, warned")
}

func TestALocalFailureShowsTheCommandAndBothStreams(t *testing.T) {
	_, err := newEngine(t).create(localCommand, props{"create": "echo said; echo cried >&2; exit 3"})
	if err == nil {
		t.Fatal("a non-zero exit code does not cause an error")
	}
	for _, part := range []string{"exit status 3", "exit 3", "said", "cried"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
}

func TestCreatedFilesAreReturned(t *testing.T) {
	dir := t.TempDir()
	state, err := newEngine(t).create(localCommand, props{
		"create":     "mkdir out && echo a >out/a.txt && echo b >out/b.txt && echo s >out/secret.txt",
		"dir":        dir,
		"assetPaths": []any{"out/*.txt", "!**secret.txt"}, "archivePaths": []any{"**"},
	})
	if err != nil {
		t.Fatal(err)
	}
	assets := state["assets"].ObjectValue()
	if len(assets) != 2 || assets["out/a.txt"].AssetValue().Path != filepath.Join(dir, "out/a.txt") {
		t.Errorf("assets are %v", assets)
	}
	content, isAssets := state["archive"].ArchiveValue().GetAssets()
	if !isAssets || len(content) != 3 {
		t.Errorf("the archive holds %v", content)
	}
}

func TestALocalUpstreamStateIsRead(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "made"), "by create")
	state := resource.NewPropertyMapFromMap(props{
		"create": "touch " + file, "delete": "rm " + file, "stdout": "", "stderr": "",
		"interpreter": []any{"/bin/sh", "-c"}, "triggers": []any{"1", 2.0, true},
	})
	if err := newEngine(t).delete(localCommand, state); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the delete command did not run: %v", err)
	}
}
