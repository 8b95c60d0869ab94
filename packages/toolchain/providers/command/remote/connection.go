// Package remote runs commands and copies files over SSH.
package remote

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Defaults of a connection, as upstream has them.
const (
	defaultUser           = "root"
	defaultPort           = 22
	defaultDialErrorLimit = 10
	defaultPerDialTimeout = 15 // seconds
	unlimited             = -1
)

// Endpoint is one SSH server and how to log in there.
type Endpoint struct {
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional" provider:"secret"`
	Host               *string  `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	PrivateKey         *string  `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
}

// Connection is a server, perhaps behind a proxy.
type Connection struct {
	Endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection is a server through which another one is reached.
type ProxyConnection struct{ Endpoint }

// Annotate sets the defaults.
func (c *Connection) Annotate(a infer.Annotator) { c.Endpoint.defaults(a) }

// Annotate sets the defaults.
func (c *ProxyConnection) Annotate(a infer.Annotator) { c.Endpoint.defaults(a) }

func (e *Endpoint) defaults(a infer.Annotator) {
	a.SetDefault(&e.User, defaultUser)
	a.SetDefault(&e.Port, defaultPort)
	a.SetDefault(&e.DialErrorLimit, defaultDialErrorLimit)
	a.SetDefault(&e.PerDialTimeout, defaultPerDialTimeout)
	a.Describe(&e.HostKey, "The host's public key as in authorized_keys. "+
		"Without it the host is not checked at all.")
	a.Describe(&e.DialErrorLimit, "How many failures to connect are borne; -1 is no limit.")
	a.Describe(&e.PerDialTimeout, "Seconds for each attempt to connect; 0 is no limit.")
}

func (e *Endpoint) address() string {
	port := valueOr(e.Port, defaultPort)
	return net.JoinHostPort(valueOr(e.Host, ""), strconv.Itoa(int(port)))
}

func (e *Endpoint) dialErrorLimit() int { return valueOr(e.DialErrorLimit, defaultDialErrorLimit) }

// clientConfig says how to log in. Only a given host key is checked, and only its kind is asked for.
func (e *Endpoint) clientConfig() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{
		User:            valueOr(e.User, defaultUser),
		Timeout:         time.Duration(valueOr(e.PerDialTimeout, defaultPerDialTimeout)) * time.Second,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // as upstream without hostKey
	}
	if e.HostKey != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
		if err != nil {
			return nil, fmt.Errorf("failed to parse host key: %w", err)
		}
		config.HostKeyCallback = ssh.FixedHostKey(key)
		config.HostKeyAlgorithms = []string{key.Type()}
	}
	var err error
	config.Auth, err = e.authMethods()
	return config, err
}

// authMethods are tried in this order: key, password, agent.
func (e *Endpoint) authMethods() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if e.PrivateKey != nil {
		signer, err := e.signer()
		if err != nil {
			return nil, err
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if e.Password != nil {
		methods = append(methods, ssh.Password(*e.Password),
			ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = *e.Password
				}
				return answers, nil
			}))
	}
	// A socket that nobody listens on is an error, as upstream.
	if socket := valueOr(e.AgentSocketPath, os.Getenv("SSH_AUTH_SOCK")); socket != "" {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return nil, err
		}
		methods = append(methods, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
	}
	return methods, nil
}

func (e *Endpoint) signer() (ssh.Signer, error) {
	if e.PrivateKeyPassword != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(*e.PrivateKey), []byte(*e.PrivateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(*e.PrivateKey))
}

func valueOr[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
