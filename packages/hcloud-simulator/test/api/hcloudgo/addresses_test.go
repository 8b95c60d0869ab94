package hcloudgo

import (
	"net"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

// mustBeUnassigned is an error code without a constant in the library.
const mustBeUnassigned hcloud.ErrorCode = "must_be_unassigned"

// reverse sets a reverse DNS name with the interface that all resources with addresses have, and
// resets it.
func (w walk) reverse(thing func() hcloud.RDNSSupporter, ip net.IP, unset string) {
	w.Helper()
	for _, name := range []*string{hcloud.Ptr("a.test"), nil} {
		w.action(w.RDNS.ChangeDNSPtr(w.ctx, thing(), ip, name))
		want := unset
		if name != nil {
			want = *name
		}
		got, err := thing().GetDNSPtrForIP(ip)
		w.noError(err)
		w.equal(got, want)
	}
}

func (w walk) balancer(name string, change func(*hcloud.LoadBalancerCreateOpts)) *hcloud.LoadBalancer {
	w.Helper()
	opts := hcloud.LoadBalancerCreateOpts{
		Name:             name,
		LoadBalancerType: &hcloud.LoadBalancerType{Name: "lb11"},
		Location:         &hcloud.Location{Name: "fsn1"},
	}
	if change != nil {
		change(&opts)
	}
	made := must[hcloud.LoadBalancerCreateResult](w)(w.LoadBalancer.Create(w.ctx, opts))
	w.wait(made.Action)
	return made.LoadBalancer
}

func TestFloatingIP(t *testing.T) {
	w := newWalk(t)
	made := must[hcloud.FloatingIPCreateResult](w)(w.FloatingIP.Create(w.ctx, hcloud.FloatingIPCreateOpts{
		Type: hcloud.FloatingIPTypeIPv4, HomeLocation: &hcloud.Location{Name: "fsn1"},
		Name: hcloud.Ptr("go"), Description: hcloud.Ptr("go"), Labels: map[string]string{"a": "b"},
	}))
	w.equal(made.Action == nil, true)
	ip := made.FloatingIP
	current := func() *hcloud.FloatingIP {
		return must[*hcloud.FloatingIP](w)(w.FloatingIP.GetByID(w.ctx, ip.ID))
	}
	unset, err := ip.GetDNSPtrForIP(ip.IP)
	w.noError(err)
	w.reverse(func() hcloud.RDNSSupporter { return current() }, ip.IP, unset)
	w.action(w.FloatingIP.ChangeDNSPtr(w.ctx, ip, ip.IP.String(), hcloud.Ptr("b.test")))
	server := w.server("floating-1", nil)
	w.action(w.FloatingIP.Assign(w.ctx, ip, server))
	w.equal(current().Server.ID, server.ID)
	floating := must[*hcloud.Server](w)(w.Server.GetByID(w.ctx, server.ID)).PublicNet.FloatingIPs
	w.equal([]int64{floating[0].ID}, []int64{ip.ID})
	_, err = w.FloatingIP.Delete(w.ctx, ip)
	w.refuses(mustBeUnassigned, err)
	w.action(w.FloatingIP.Unassign(w.ctx, ip))
	w.action(w.FloatingIP.ChangeProtection(w.ctx, ip, hcloud.FloatingIPChangeProtectionOpts{Delete: hcloud.Ptr(true)}))
	_, err = w.FloatingIP.Delete(w.ctx, ip)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.FloatingIP.ChangeProtection(w.ctx, ip, hcloud.FloatingIPChangeProtectionOpts{Delete: hcloud.Ptr(false)}))
	ip = must[*hcloud.FloatingIP](w)(w.FloatingIP.Update(w.ctx, ip, hcloud.FloatingIPUpdateOpts{Name: "go2", Description: "go2"}))
	w.equal(must[*hcloud.FloatingIP](w)(w.FloatingIP.GetByName(w.ctx, "go2")).Description, "go2")
	w.drop(server)
	w.deleted(w.FloatingIP.Delete(w.ctx, ip))
	w.equal(must[*hcloud.FloatingIP](w)(w.FloatingIP.GetByID(w.ctx, ip.ID)) == nil, true)
}

func TestLoadBalancer(t *testing.T) {
	w := newWalk(t)
	types, err := w.LoadBalancerType.All(w.ctx)
	w.noError(err)
	w.equal(len(must[hcloud.Pricing](w)(w.Pricing.Get(w.ctx)).LoadBalancerTypes), len(types))
	lb21 := must[*hcloud.LoadBalancerType](w)(w.LoadBalancerType.GetByName(w.ctx, "lb21"))
	w.equal([]any{lb21.MaxTargets, lb21.IsDeprecated(), lb21.Deprecation == nil}, []any{75, false, true})
	balancer := w.balancer("go", func(opts *hcloud.LoadBalancerCreateOpts) {
		opts.Algorithm = &hcloud.LoadBalancerAlgorithm{Type: hcloud.LoadBalancerAlgorithmTypeLeastConnections}
	})
	current := func() *hcloud.LoadBalancer {
		return must[*hcloud.LoadBalancer](w)(w.LoadBalancer.GetByID(w.ctx, balancer.ID))
	}
	supporter := func() hcloud.RDNSSupporter { return current() }
	w.reverse(supporter, balancer.PublicNet.IPv4.IP, balancer.PublicNet.IPv4.DNSPtr)
	w.reverse(supporter, balancer.PublicNet.IPv6.IP, "")
	w.action(w.LoadBalancer.ChangeAlgorithm(w.ctx, balancer, hcloud.LoadBalancerChangeAlgorithmOpts{Type: hcloud.LoadBalancerAlgorithmTypeRoundRobin}))
	w.action(w.LoadBalancer.ChangeType(w.ctx, balancer, hcloud.LoadBalancerChangeTypeOpts{LoadBalancerType: lb21}))
	w.equal([]any{current().Algorithm.Type, current().LoadBalancerType.Name}, []any{"round_robin", "lb21"})
	w.action(w.LoadBalancer.ChangeProtection(w.ctx, balancer, hcloud.LoadBalancerChangeProtectionOpts{Delete: hcloud.Ptr(true)}))
	_, err = w.LoadBalancer.Delete(w.ctx, balancer)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.LoadBalancer.ChangeProtection(w.ctx, balancer, hcloud.LoadBalancerChangeProtectionOpts{Delete: hcloud.Ptr(false)}))
	balancer = must[*hcloud.LoadBalancer](w)(w.LoadBalancer.Update(w.ctx, balancer, hcloud.LoadBalancerUpdateOpts{Name: "go2"}))
	w.equal(must[*hcloud.LoadBalancer](w)(w.LoadBalancer.GetByName(w.ctx, "go2")).ID, balancer.ID)
	w.deleted(w.LoadBalancer.Delete(w.ctx, balancer))
	w.equal(must[*hcloud.LoadBalancer](w)(w.LoadBalancer.GetByID(w.ctx, balancer.ID)) == nil, true)
}
