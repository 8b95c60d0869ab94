package langhost

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

func runRequest(t *testing.T, dir string, opts map[string]any) *pulumirpc.RunRequest {
	t.Helper()
	return &pulumirpc.RunRequest{
		Project: "proj", Stack: "dev", Organization: "org", Pwd: dir, Parallel: 8,
		MonitorAddress: "127.0.0.1:2", Info: programInfo(t, dir, opts),
		Config:           map[string]string{"proj:key": "a b"},
		ConfigSecretKeys: []string{"proj:key"},
	}
}

func TestRunStartsTheSdkWithTheEnginesRequest(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run", tellAll)
	request := runRequest(t, dir, map[string]any{})
	request.DryRun = true
	request.Args = []string{"extra"}
	response, err := client.Run(t.Context(), request)
	if err != nil || response.GetError() != "" || response.GetBail() {
		t.Fatal(response, err)
	}
	got := readTold(t, dir)
	want := []string{
		"--monitor=127.0.0.1:2", "--engine=" + testEngine, "--project=proj", "--stack=dev",
		"--organization=org", "--root-directory=" + dir, "--pwd=" + dir, "--parallel=8",
		"--dry-run", ".", "extra",
	}
	if !slices.Equal(got.Argv[1:], want) {
		t.Errorf("arguments are %q; %q is expected", got.Argv[1:], want)
	}
	for name, value := range map[string]string{
		"PULUMI_CONFIG":             `{"proj:key":"a b"}`,
		"PULUMI_CONFIG_SECRET_KEYS": `["proj:key"]`,
		"PULUMI_NODEJS_TYPESCRIPT":  "true",
		"PATH":                      os.Getenv("PATH"),
	} {
		if got.Env[name] != value {
			t.Errorf("%s is %q; %q is expected", name, got.Env[name], value)
		}
	}
}

func TestRunWithoutConfigurationGivesEmptyOnes(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run", tellAll)
	request := runRequest(t, dir, nil)
	request.Config, request.ConfigSecretKeys = nil, nil
	if response, err := client.Run(t.Context(), request); err != nil || response.GetError() != "" {
		t.Fatal(response, err)
	}
	got := readTold(t, dir)
	if got.Env["PULUMI_CONFIG"] != "{}" || got.Env["PULUMI_CONFIG_SECRET_KEYS"] != "[]" {
		t.Errorf("configuration is %q and %q", got.Env["PULUMI_CONFIG"],
			got.Env["PULUMI_CONFIG_SECRET_KEYS"])
	}
	if slices.Contains(got.Argv, "--dry-run") {
		t.Error("an update is run as a preview")
	}
}

func TestRunHonoursTheRuntimeOptions(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run", tellAll)
	response, err := client.Run(t.Context(), runRequest(t, dir, map[string]any{
		"nodeargs":   `--max-old-space-size=123 --title="two words"`,
		"typescript": false, "tsconfig": "other.json", "packagemanager": "pnpm",
	}))
	if err != nil || response.GetError() != "" {
		t.Fatal(response, err)
	}
	got := readTold(t, dir)
	if !slices.Equal(got.ExecArgv, []string{"--max-old-space-size=123", "--title=two words"}) {
		t.Errorf("node's own arguments are %q", got.ExecArgv)
	}
	if got.Env["PULUMI_NODEJS_TYPESCRIPT"] != "false" ||
		got.Env["PULUMI_NODEJS_TSCONFIG_PATH"] != "other.json" {
		t.Errorf("environment is %v", got.Env)
	}
}

func TestAnUnknownRuntimeOptionIsRefused(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run", tellAll)
	for _, opts := range []map[string]any{{"nodearg": "x"}, {"typescript": "yes"}, {"nodeargs": `"x`}} {
		response, err := client.Run(t.Context(), runRequest(t, dir, opts))
		if err != nil || !strings.Contains(response.GetError(), "runtime option") {
			t.Errorf("%v: %v %v", opts, response, err)
		}
	}
}

func TestAFileAsEntryPointIsRelativeToTheProgramsDirectory(t *testing.T) {
	info := &pulumirpc.ProgramInfo{ProgramDirectory: "/p"}
	for point, want := range map[string]string{
		".": ".", "": ".", "main.ts": "/p/main.ts", "src/main.ts": "/p/src/main.ts", "/x.ts": "/x.ts",
	} {
		info.EntryPoint = point
		if got := entryPoint(info); got != want {
			t.Errorf("%q is started as %q; %q is expected", point, got, want)
		}
	}
}

func TestTheExitCodeSelectsTheAnswerToTheEngine(t *testing.T) {
	_, client := connect(t)
	for code, want := range map[string]*pulumirpc.RunResponse{
		"0":  {},
		"32": {Bail: true},
		"7":  {Error: "the program exited with code 7"},
	} {
		dir := project(t, "run", "process.exit("+code+")")
		response, err := client.Run(t.Context(), runRequest(t, dir, nil))
		if err != nil || response.GetBail() != want.GetBail() || response.GetError() != want.GetError() {
			t.Errorf("code %s: %v %v", code, response, err)
		}
	}
}

func TestAProgramThatIsKilledHasFailed(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run", `process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)`)
	response, err := client.Run(t.Context(), runRequest(t, dir, nil))
	if err != nil || !strings.Contains(response.GetError(), "killed") {
		t.Error(response, err)
	}
}

func TestAMissingSdkCausesAnErrorWithTheRemedy(t *testing.T) {
	_, client := connect(t)
	response, err := client.Run(t.Context(), runRequest(t, t.TempDir(), nil))
	if err != nil || !strings.Contains(response.GetError(), "npm install") {
		t.Error(response, err)
	}
}

func TestCancelEndsTheProgramAndItsChildren(t *testing.T) {
	cancels := map[string]func(context.CancelFunc, pulumirpc.LanguageRuntimeClient) error{
		"the Cancel call": func(_ context.CancelFunc, client pulumirpc.LanguageRuntimeClient) error {
			_, err := client.Cancel(context.Background(), &emptypb.Empty{})
			return err
		},
		"the end of the Run call": func(cancel context.CancelFunc, _ pulumirpc.LanguageRuntimeClient) error {
			cancel()
			return nil
		},
	}
	for name, cancelBy := range cancels {
		t.Run(name, func(t *testing.T) {
			_, client := connect(t)
			dir := project(t, "run", hang)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() {
				_, err := client.Run(ctx, runRequest(t, dir, nil))
				ended <- err
			}()
			pids := waitForPids(t, dir)
			if err := cancelBy(cancel, client); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; status.Code(err) != codes.Canceled {
				t.Errorf("Run returned %v", err)
			}
			expectGone(t, pids)
		})
	}
}

// TestMain makes this binary the host that the next test kills, if an environment variable says so.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LANGHOST_TEST_PROJECT"); dir != "" {
		info := &pulumirpc.ProgramInfo{RootDirectory: dir, ProgramDirectory: dir, EntryPoint: "."}
		_, _ = New(testEngine).Run(context.Background(), &pulumirpc.RunRequest{Pwd: dir, Info: info})
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTheProgramOfAKilledHostEnds(t *testing.T) {
	dir := project(t, "run", hang)
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), "LANGHOST_TEST_PROJECT="+dir)
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	pids := waitForPids(t, dir)
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	expectGone(t, pids[:1])
	// No process is left that could end the grandchild; the engine's group kill does that.
	if grandchild, err := os.FindProcess(pids[1]); err == nil {
		_ = grandchild.Kill()
	}
}
