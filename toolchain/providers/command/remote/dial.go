package remote

import (
	"context"
	"fmt"
	"net"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"
)

// Waits between attempts to connect: the first, the factor of each next one, the longest.
const (
	firstWait   = 100 * time.Millisecond
	waitFactor  = 1.5
	longestWait = 5 * time.Second
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
		return retry(ctx, "Dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
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
	proxy, err := retry(ctx, "Dial proxy", c.Proxy.dialErrorLimit(), func() (*ssh.Client, error) {
		return ssh.Dial("tcp", c.Proxy.address(), proxyConfig)
	})
	if err != nil {
		return nil, err
	}
	channel, err := retry(ctx, "Dial from proxy", c.dialErrorLimit(), func() (net.Conn, error) {
		return proxy.Dial("tcp", c.address())
	})
	if err != nil {
		return nil, err
	}
	// As upstream: each attempt is on the one channel, where a second handshake cannot succeed. So a host that
	// is not ready is waited for until its port answers, and no longer: what then goes wrong is final.
	return retry(ctx, "Dial", c.dialErrorLimit(), func() (*ssh.Client, error) {
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

// retry attempts until it succeeds or has failed more than limit times. Every error counts alike, a
// wrong host key or a refused login too: a host that is being set up goes through all of them.
func retry[T any](
	ctx context.Context, what string, limit int, attempt func() (T, error),
) (T, error) {
	wait := firstWait
	for failures := 1; ; failures++ {
		result, err := unlessCancelled(ctx, attempt)
		if err == nil {
			return result, nil
		}
		if limit > unlimited && failures > limit {
			return result, fmt.Errorf("after %d failed attempts: %w", failures, err)
		}
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		shownLimit := fmt.Sprint(limit)
		if limit == unlimited {
			shownLimit = "inf"
		}
		p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, failures, shownLimit)
		select {
		case <-ctx.Done():
			return result, ctx.Err()
		case <-time.After(wait):
		}
		wait = min(time.Duration(float64(wait)*waitFactor), longestWait)
	}
}

// unlessCancelled does not wait for an attempt any longer once the operation is cancelled: a server
// that accepts the connection and then says nothing would hold it for ever.
func unlessCancelled[T any](ctx context.Context, attempt func() (T, error)) (T, error) {
	type outcome struct {
		result T
		err    error
	}
	ended := make(chan outcome, 1)
	go func() {
		result, err := attempt()
		ended <- outcome{result, err}
	}()
	select {
	case o := <-ended:
		return o.result, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
