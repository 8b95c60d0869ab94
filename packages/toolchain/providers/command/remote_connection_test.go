package command_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"jitsi-hetzner/toolchain/providers/command/internal/sshtest"
)

// hello runs a command over the connection and returns its error.
func hello(t *testing.T, engine *engine, conn props) error {
	t.Helper()
	state, err := engine.create(remoteCommand, props{"connection": conn, "create": "echo hello"})
	if err == nil && plain(t, state, "stdout") != "hello" {
		t.Errorf("stdout is %v", state["stdout"])
	}
	return err
}

func ecdsaKey(t *testing.T) ssh.Signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestAPinnedHostKeyIsAccepted(t *testing.T) {
	if err := hello(t, newEngine(t), connection(sshtest.Start(t, sshtest.Options{}))); err != nil {
		t.Error(err)
	}
}

func TestAnotherHostKeyIsRefused(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	other := sshtest.Public(sshtest.NewKey(t))
	err := hello(t, engine, with(connection(server), props{"hostKey": other}))
	if err == nil || !strings.Contains(err.Error(), "host key mismatch") {
		t.Errorf("error is %v", err)
	}
	if len(server.Commands()) != 0 {
		t.Error("a command ran on a host with the wrong key")
	}
	if server.Dials() != 2 {
		t.Errorf("%d attempts; a wrong host key is retried like any error", server.Dials())
	}
}

func TestOnlyTheTypeOfThePinnedKeyIsRequested(t *testing.T) {
	// The host has both keys, and the client would prefer the other one.
	pinned, preferred := sshtest.NewKey(t), ecdsaKey(t)
	for _, keys := range [][]ssh.Signer{{pinned, preferred}, {preferred, pinned}} {
		engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{HostKeys: keys})
		for _, key := range keys {
			conn := with(connection(server), props{"hostKey": sshtest.Public(key)})
			if err := hello(t, engine, conn); err != nil {
				t.Errorf("pinned to %s: %v", key.PublicKey().Type(), err)
			}
		}
	}
}

func TestAnInvalidHostKeyIsRefused(t *testing.T) {
	server := sshtest.Start(t, sshtest.Options{})
	err := hello(t, newEngine(t), with(connection(server), props{"hostKey": "nonsense"}))
	if err == nil || !strings.Contains(err.Error(), "failed to parse host key") {
		t.Errorf("error is %v", err)
	}
}

func TestWithoutAHostKeyNoKeyIsChecked(t *testing.T) {
	conn := connection(sshtest.Start(t, sshtest.Options{}))
	delete(conn, "hostKey")
	if err := hello(t, newEngine(t), conn); err != nil {
		t.Error(err)
	}
}

func TestDialErrorLimitIsTheNumberOfToleratedErrors(t *testing.T) {
	for _, test := range []struct {
		refused, limit, dials int
		works                 bool
	}{
		{refused: 3, limit: 3, dials: 4, works: true},
		{refused: 4, limit: 3, dials: 4, works: false},
		{refused: 4, limit: -1, dials: 5, works: true},
		{refused: 1, limit: 0, dials: 1, works: false},
	} {
		engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{RefuseLogins: test.refused})
		limit := props{"dialErrorLimit": float64(test.limit)}
		err := hello(t, engine, with(connection(server), limit))
		if (err == nil) != test.works || server.Dials() != test.dials {
			t.Errorf("%+v: %d attempts, %v", test, server.Dials(), err)
		}
		if err != nil && !strings.Contains(err.Error(), "failed attempts") {
			t.Errorf("error is %v", err)
		}
	}
}

func TestRetriesAreLogged(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{RefuseLogins: 1})
	if err := hello(t, engine, connection(server)); err != nil {
		t.Fatal(err)
	}
	if shown := engine.shown()[0]; shown != "Dial 1/1 failed: retrying" {
		t.Errorf("shown was %q", shown)
	}
}

func TestARefusedPortIsRetried(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	err = hello(t, newEngine(t), props{
		"host": "127.0.0.1", "port": float64(port), "dialErrorLimit": 1.0,
	})
	if err == nil || !strings.Contains(err.Error(), "after 1 failed attempts") ||
		!strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error is %v", err)
	}
}

// silentServer accepts connections and never sends anything. It counts the connections.
func silentServer(t *testing.T) (conn props, accepted *atomic.Int32, release func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted = &atomic.Int32{}
	over := make(chan struct{})
	release = sync.OnceFunc(func() { listener.Close(); close(over) })
	t.Cleanup(release)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			go func() { <-over; conn.Close() }()
		}
	}()
	return props{
		"host": "127.0.0.1", "port": float64(listener.Addr().(*net.TCPAddr).Port),
		"perDialTimeout": 1.0, "dialErrorLimit": 0.0,
	}, accepted, release
}

func TestASilentServerBlocksTheStepInSpiteOfTimeoutAndCancel(t *testing.T) {
	server := sshtest.Start(t, sshtest.Options{})
	for _, isProxy := range []bool{false, true} {
		engine := newEngine(t)
		conn, accepted, release := silentServer(t)
		if isProxy {
			conn = with(connection(server), props{"proxy": conn})
		}
		cancel, ended := cancellable(t, engine, remoteCommand, props{"connection": conn, "create": "true"})
		waitFor(t, func() bool { return accepted.Load() == 1 })
		time.Sleep(1500 * time.Millisecond) // longer than perDialTimeout
		cancel()
		stillRuns(t, ended)
		release()
		if it := result(t, ended); it.err == nil || !strings.Contains(it.err.Error(), "handshake failed") {
			t.Errorf("ended with %v", it.err)
		}
	}
}

func TestACancelEndsThePauseBetweenTwoAttempts(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{RefuseLogins: 1000})
	cancel, ended := cancellable(t, engine, remoteCommand, props{
		"connection": with(connection(server), props{"dialErrorLimit": -1.0}), "create": "true",
	})
	waitFor(t, func() bool { return server.Dials() > 2 })
	cancel()
	if it := result(t, ended); it.err == nil || !strings.Contains(it.err.Error(), "context canceled") {
		t.Errorf("ended with %v", it.err)
	}
}

func TestAPrivateKeyLogsIn(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	engine := newEngine(t)
	server := sshtest.Start(t, sshtest.Options{AuthorizedKey: signer.PublicKey()})
	open, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("phrase"))
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]props{
		"open":   {"privateKey": string(pem.EncodeToMemory(open))},
		"locked": {"privateKey": string(pem.EncodeToMemory(locked)), "privateKeyPassword": "phrase"},
	}
	for name, key := range keys {
		if err := hello(t, engine, with(connection(server), key)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := hello(t, engine, connection(server)); err == nil {
		t.Error("without the key the login succeeds")
	}
}

func TestAPasswordLogsInAndAWrongOneIsRetried(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{Password: "right"})
	if err := hello(t, engine, with(connection(server), props{"password": "right"})); err != nil {
		t.Error(err)
	}
	before := server.Dials()
	err := hello(t, engine, with(connection(server), props{"password": "wrong"}))
	if err == nil || server.Dials()-before != 2 {
		t.Errorf("%d attempts, %v", server.Dials()-before, err)
	}
}

func startAgent(t *testing.T) (socket string, key ssh.PublicKey) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	signers, err := keyring.Signers()
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(keyring, conn) }()
		}
	}()
	return socket, signers[0].PublicKey()
}

func TestAnAgentIsUsedIfItExists(t *testing.T) {
	engine := newEngine(t)
	socket, key := startAgent(t)
	server := sshtest.Start(t, sshtest.Options{AuthorizedKey: key})
	named := with(connection(server), props{"agentSocketPath": socket})
	if err := hello(t, engine, named); err != nil {
		t.Errorf("named in the connection: %v", err)
	}
	t.Setenv("SSH_AUTH_SOCK", socket)
	if err := hello(t, engine, connection(server)); err != nil {
		t.Errorf("named in SSH_AUTH_SOCK: %v", err)
	}
}

func TestAnAgentSocketWithoutAnAgentIsAnError(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	t.Setenv("SSH_AUTH_SOCK", filepath.Join(t.TempDir(), "nobody"))
	if err := hello(t, engine, connection(server)); err == nil {
		t.Error("a stale SSH_AUTH_SOCK does not cause an error")
	}
}

func TestAProxyLeadsToTheServer(t *testing.T) {
	engine := newEngine(t)
	server := sshtest.Start(t, sshtest.Options{Password: "inner"})
	proxy := sshtest.Start(t, sshtest.Options{RefuseLogins: 1, Password: "outer"})
	conn := with(connection(server), props{
		"password": "inner", "proxy": with(connection(proxy), props{"password": "outer"}),
	})
	if err := hello(t, engine, conn); err != nil {
		t.Fatal(err)
	}
	if len(proxy.Commands()) != 0 || len(server.Commands()) != 1 {
		t.Errorf("commands: proxy %v, server %v", proxy.Commands(), server.Commands())
	}
}

func TestBothHostKeysArePinnedThroughAProxy(t *testing.T) {
	engine, server, proxy := newEngine(t), sshtest.Start(t, sshtest.Options{}), sshtest.Start(t, sshtest.Options{})
	wrong := props{"hostKey": sshtest.Public(sshtest.NewKey(t))}
	wrongProxy := with(connection(server), props{"proxy": with(connection(proxy), wrong)})
	// Without a second attempt, the first reason stays in the error.
	once := props{"dialErrorLimit": 0.0}
	wrongServer := with(with(with(connection(server), wrong), once), props{"proxy": connection(proxy)})
	for name, conn := range map[string]props{"proxy": wrongProxy, "server": wrongServer} {
		err := hello(t, engine, conn)
		if err == nil || !strings.HasPrefix(err.Error(), "proxy: ") ||
			!strings.Contains(err.Error(), "host key mismatch") {
			t.Errorf("wrong key of the %s: %v", name, err)
		}
	}
	if len(server.Commands()) != 0 {
		t.Error("a command ran on a host with the wrong key")
	}
}

// Upstream repeats the handshake on a channel that the first failure has closed: a second handshake
// never succeeds, and the error no longer has the reason.
func TestBehindAProxyAHostGetsOneHandshake(t *testing.T) {
	engine, proxy := newEngine(t), sshtest.Start(t, sshtest.Options{})
	server := sshtest.Start(t, sshtest.Options{RefuseLogins: 1})
	err := hello(t, engine, with(connection(server), props{"proxy": connection(proxy)}))
	if err == nil || !strings.Contains(err.Error(), "proxy: after 1 failed attempts: ssh: handshake failed") {
		t.Errorf("error is %v", err)
	}
	if server.Dials() != 1 {
		t.Errorf("the server was dialled %d times", server.Dials())
	}
}

func TestTheConnectionStaysOpenAfterARun(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	for range 3 {
		if err := hello(t, engine, connection(server)); err != nil {
			t.Fatal(err)
		}
	}
	if server.Active() != 3 {
		t.Errorf("%d connections are open; upstream keeps each", server.Active())
	}
}
