// Package sshtest is an SSH server in the test's own process: it runs commands with /bin/sh, serves
// files over SFTP and forwards connections, as sshd does.
package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// Options say how the server differs from one that lets everybody in.
type Options struct {
	// HostKeys are what the server shows; by default one ed25519 key.
	HostKeys []ssh.Signer
	// AuthorizedKey is the only one that may log in, if given.
	AuthorizedKey ssh.PublicKey
	// Password is asked for, if given.
	Password string
	// RefuseLogins is how many connections are dropped before the server works.
	RefuseLogins int
	// AcceptEnv names the variables that a client may set.
	AcceptEnv []string
}

// Server is a running server.
type Server struct {
	Host string
	Port int
	// HostKey is the first key's public half as in authorized_keys.
	HostKey string

	options Options
	mu      sync.Mutex
	dials   int
	active  int
	served  []string
}

// Start starts a server that ends with the test.
func Start(t *testing.T, options Options) *Server {
	t.Helper()
	if len(options.HostKeys) == 0 {
		options.HostKeys = []ssh.Signer{NewKey(t)}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	server := &Server{
		Host:    "127.0.0.1",
		Port:    listener.Addr().(*net.TCPAddr).Port,
		HostKey: Public(options.HostKeys[0]),
		options: options,
	}
	go server.accept(listener)
	return server
}

// NewKey makes an ed25519 key.
func NewKey(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// Public is a key's public half as in authorized_keys.
func Public(key ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
}

// Dials is how many connections were attempted.
func (s *Server) Dials() int { return locked(s, func() int { return s.dials }) }

// Active is how many connections are open.
func (s *Server) Active() int { return locked(s, func() int { return s.active }) }

// Commands are what was run.
func (s *Server) Commands() []string {
	return locked(s, func() []string { return slices.Clone(s.served) })
}

func locked[T any](s *Server, read func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return read()
}

func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		number := locked(s, func() int { s.dials++; return s.dials })
		if number <= s.options.RefuseLogins {
			conn.Close()
			continue
		}
		go s.serve(conn)
	}
}

func (s *Server) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{NoClientAuth: s.options.AuthorizedKey == nil && s.options.Password == ""}
	if want := s.options.AuthorizedKey; want != nil {
		config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if string(key.Marshal()) != string(want.Marshal()) {
				return nil, errors.New("unknown key")
			}
			return nil, nil
		}
	}
	if want := s.options.Password; want != "" {
		config.PasswordCallback = func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if string(given) != want {
				return nil, errors.New("wrong password")
			}
			return nil, nil
		}
	}
	for _, key := range s.options.HostKeys {
		config.AddHostKey(key)
	}
	return config
}

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	session, channels, requests, err := ssh.NewServerConn(conn, s.config())
	if err != nil {
		return
	}
	locked(s, func() int { s.active++; return 0 })
	defer locked(s, func() int { s.active--; return 0 })
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		switch channel.ChannelType() {
		case "session":
			go s.session(channel)
		case "direct-tcpip":
			go forward(channel)
		default:
			_ = channel.Reject(ssh.UnknownChannelType, "not here")
		}
	}
	_ = session.Wait()
}

func (s *Server) session(offered ssh.NewChannel) {
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	env := os.Environ()
	for request := range requests {
		switch request.Type {
		case "env":
			var variable struct{ Name, Value string }
			_ = ssh.Unmarshal(request.Payload, &variable)
			accepted := slices.Contains(s.options.AcceptEnv, variable.Name)
			if accepted {
				env = append(env, variable.Name+"="+variable.Value)
			}
			_ = request.Reply(accepted, nil)
		case "exec":
			_ = request.Reply(true, nil)
			s.exec(channel, text(request), env)
			return
		case "subsystem":
			_ = request.Reply(text(request) == "sftp", nil)
			serveFiles(channel)
			return
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func text(request *ssh.Request) string {
	var payload struct{ Text string }
	_ = ssh.Unmarshal(request.Payload, &payload)
	return payload.Text
}

func (s *Server) exec(channel ssh.Channel, command string, env []string) {
	locked(s, func() int { s.served = append(s.served, command); return 0 })
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	// Not cmd.Stdin: Wait would wait for the client to close its side, which it does at the end.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(stdin, channel)
		stdin.Close()
	}()
	code := uint32(0)
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		code = uint32(exit.ExitCode())
	}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{code}))
}

func serveFiles(channel ssh.Channel) {
	server, err := sftp.NewServer(channel)
	if err != nil {
		return
	}
	_ = server.Serve()
}

func forward(offered ssh.NewChannel) {
	var target struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	_ = ssh.Unmarshal(offered.ExtraData(), &target)
	conn, err := net.Dial("tcp", net.JoinHostPort(target.Host, fmt.Sprint(target.Port)))
	if err != nil {
		_ = offered.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := offered.Accept()
	if err != nil {
		conn.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		_, _ = io.Copy(channel, conn)
		channel.Close()
	}()
	_, _ = io.Copy(conn, channel)
	conn.Close()
}
