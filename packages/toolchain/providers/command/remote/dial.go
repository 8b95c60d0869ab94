package remote

import (
	"context"
	"fmt"
	"net"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
)

// dial logs in, through the proxy if there is one. The connection is not closed by those who use
// it: upstream keeps it until the plugin exits, and so do we, because a server's limits on
// connections and sessions (MaxSessions, MaxStartups) show only with the same behaviour.
func (c *Connection) dial(ctx context.Context) (*ssh.Client, error) {
	config, err := c.clientConfig()
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		return dialed(ctx, "Dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), config)
		})
	}
	client, err := c.dialThroughProxy(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return client, nil
}

func (c *Connection) dialThroughProxy(
	ctx context.Context, config *ssh.ClientConfig,
) (*ssh.Client, error) {
	proxyConfig, err := c.Proxy.clientConfig()
	if err != nil {
		return nil, err
	}
	proxy, err := dialed(ctx, "Dial proxy", c.Proxy.dialErrorLimit(), func() (*ssh.Client, error) {
		return ssh.Dial("tcp", c.Proxy.address(), proxyConfig)
	})
	if err != nil {
		return nil, err
	}
	channel, err := dialed(ctx, "Dial from proxy", c.dialErrorLimit(), func() (net.Conn, error) {
		return proxy.Dial("tcp", c.address())
	})
	if err != nil {
		return nil, err
	}
	// As upstream: each attempt is on the one channel, where a second handshake cannot succeed. So a host that
	// is not ready is waited for until its port answers, and no longer: what then goes wrong is final.
	return dialed(ctx, "Dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
		return handshake(channel, c.address(), config)
	})
}

func handshake(channel net.Conn, address string, config *ssh.ClientConfig) (*ssh.Client, error) {
	conn, channels, requests, err := ssh.NewClientConn(channel, address, config)
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// dialed attempts until it succeeds or has failed more than limit times. Every error counts alike, a
// wrong host key or a refused login too: a host that is being set up goes through all of them.
//
// As upstream, a cancel ends the pause between two attempts, not an attempt: ssh.Dial's timeout bounds
// the TCP connection alone, so a server that accepts it and then says nothing holds the step for ever.
func dialed[T any](
	ctx context.Context, what string, limit int, attempt func() (T, error),
) (T, error) {
	shownLimit := fmt.Sprint(limit)
	if limit == unlimited {
		shownLimit = "inf"
	}
	var result T
	accept := func(failuresBefore int, _ time.Duration) (bool, any, error) {
		var err error
		if result, err = attempt(); err == nil {
			return true, nil, nil
		}
		failures := failuresBefore + 1
		if limit > unlimited && failures > limit {
			// One less than there were: upstream counts so, and its text is what an operator reads.
			return false, nil, fmt.Errorf("after %d failed attempts: %w", failuresBefore, err)
		}
		p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, failures, shownLimit)
		return false, nil, nil
	}
	// Pauses of 0.1 s, 1.5 times as long each, 5 s at most: the SDK's defaults, and upstream's.
	succeeded, _, err := retry.Until(ctx, retry.Acceptor{Accept: accept})
	if err == nil && !succeeded {
		err = ctx.Err()
	}
	return result, err
}
