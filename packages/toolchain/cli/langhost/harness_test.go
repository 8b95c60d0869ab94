package langhost

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

const testEngine = "127.0.0.1:1"

// connect serves a host and returns the engine's end of the connection.
func connect(t *testing.T) (*Host, pulumirpc.LanguageRuntimeClient) {
	t.Helper()
	host := New(testEngine)
	cancel := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", handle.Port),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		host.Close()
		conn.Close()
		close(cancel)
		<-handle.Done
	})
	return host, pulumirpc.NewLanguageRuntimeClient(conn)
}

// project creates a directory in which @pulumi/pulumi is a script of the test.
func project(t *testing.T, command, script string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "node_modules/@pulumi/pulumi/cmd/"+command+"/index.js", script)
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// tellAll writes the arguments and the environment of node to the file "told" in the working
// directory.
const tellAll = `
const { writeFileSync } = require("fs");
const { argv, env, execArgv } = process;
writeFileSync("told", JSON.stringify({ argv: argv.slice(1), env, execArgv, cwd: process.cwd() }));
`

type told struct {
	Argv     []string          `json:"argv"`
	Env      map[string]string `json:"env"`
	ExecArgv []string          `json:"execArgv"`
	Cwd      string            `json:"cwd"`
}

func readTold(t *testing.T, dir string) told {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "told"))
	if err != nil {
		t.Fatal(err)
	}
	var content told
	if err := json.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	return content
}

func programInfo(t *testing.T, dir string, opts map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	given, err := structpb.NewStruct(opts)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{
		RootDirectory: dir, ProgramDirectory: dir, EntryPoint: ".", Options: given,
	}
}

// hang starts a grandchild, writes both process ids to the file "pids" and never ends.
const hang = `
const { spawn } = require("child_process");
const { renameSync, writeFileSync } = require("fs");
const child = spawn("sleep", ["600"], { stdio: "ignore" });
writeFileSync("pids.new", process.pid + " " + child.pid);
renameSync("pids.new", "pids");
setInterval(() => {}, 1000);
`

// deaf ignores the first signal.
const deaf = `process.on("SIGTERM", () => {});` + hang

func waitForPids(t *testing.T, dir string) []int {
	t.Helper()
	var pids []int
	waitFor(t, "the program to start", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "pids"))
		if err != nil {
			return false
		}
		for _, field := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		return true
	})
	return pids
}

func expectGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		waitFor(t, fmt.Sprintf("process %d to end", pid), func() bool { return !alive(pid) })
	}
}

// alive is also false for a zombie. Only process 1 reaps the zombie of an orphan, if it does so at
// all here.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	afterName := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	return !strings.HasPrefix(strings.TrimSpace(afterName), "Z")
}

func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
