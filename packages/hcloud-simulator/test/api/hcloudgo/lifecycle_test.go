// Package hcloudgo tests the life cycle of every resource of the simulator with the vendor's own
// library.
// HCLOUD_ENDPOINT and HCLOUD_TOKEN name the API; test/api/hcloudGo.test.ts starts one.
package hcloudgo

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc test"

// walk is a test with a client. A failed check ends the test.
type walk struct {
	*testing.T
	ctx context.Context
	*hcloud.Client
}

func newWalk(t *testing.T) walk {
	t.Helper()
	endpoint, token := os.Getenv("HCLOUD_ENDPOINT"), os.Getenv("HCLOUD_TOKEN")
	if endpoint == "" || token == "" {
		t.Fatal("HCLOUD_ENDPOINT and HCLOUD_TOKEN must be set; run it by `npx jest --selectProjects api --testPathPatterns hcloudGo`")
	}
	if !strings.HasPrefix(endpoint, "http://127.0.0.1:") {
		t.Fatalf("%s is not on loopback; this test creates and deletes servers", endpoint)
	}
	client := hcloud.NewClient(
		hcloud.WithEndpoint(endpoint),
		hcloud.WithToken(token),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(5 * time.Millisecond)}),
	)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return walk{t, ctx, client}
}

// must fails the test on an error and returns the value. It drops the response that the client's
// calls also return.
func must[T any](w walk) func(T, *hcloud.Response, error) T {
	return func(value T, _ *hcloud.Response, err error) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return value
	}
}

// action waits for the action that a call returns, which must succeed.
func (w walk) action(action *hcloud.Action, _ *hcloud.Response, err error) {
	w.Helper()
	w.noError(err)
	w.wait(action)
}

func (w walk) actions(actions []*hcloud.Action, _ *hcloud.Response, err error) {
	w.Helper()
	w.noError(err)
	w.wait(actions...)
}

func (w walk) deleted(_ *hcloud.Response, err error) {
	w.Helper()
	w.noError(err)
}

func (w walk) noError(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w walk) wait(actions ...*hcloud.Action) {
	w.Helper()
	given := []*hcloud.Action{}
	for _, action := range actions {
		if action != nil {
			given = append(given, action)
		}
	}
	w.noError(w.Action.WaitFor(w.ctx, given...))
}

// refuses expects an error with this code.
func (w walk) refuses(code hcloud.ErrorCode, err error) {
	w.Helper()
	if !hcloud.IsError(err, code) {
		w.Fatalf("want %s, got %v", code, err)
	}
}

// equal compares the printed forms of two values.
func (w walk) equal(got, want any) {
	w.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Fatalf("got %v, want %v", got, want)
	}
}

func (w walk) network(cidr string) *net.IPNet {
	w.Helper()
	_, network, err := net.ParseCIDR(cidr)
	w.noError(err)
	return network
}

func (w walk) server(name string, change func(*hcloud.ServerCreateOpts)) *hcloud.Server {
	w.Helper()
	opts := hcloud.ServerCreateOpts{
		Name:       name,
		ServerType: &hcloud.ServerType{Name: "cx23"},
		Image:      &hcloud.Image{Name: "debian-12"},
		Location:   &hcloud.Location{Name: "fsn1"},
	}
	if change != nil {
		change(&opts)
	}
	made := must[hcloud.ServerCreateResult](w)(w.Client.Server.Create(w.ctx, opts))
	w.wait(append(made.NextActions, made.Action)...)
	return must[*hcloud.Server](w)(w.Server.GetByID(w.ctx, made.Server.ID))
}

func (w walk) drop(server *hcloud.Server) {
	w.Helper()
	w.wait(must[*hcloud.ServerDeleteResult](w)(w.Server.DeleteWithResult(w.ctx, server)).Action)
	w.equal(must[*hcloud.Server](w)(w.Server.GetByID(w.ctx, server.ID)) == nil, true)
}

func TestCatalogue(t *testing.T) {
	w := newWalk(t)
	locations, err := w.Location.All(w.ctx)
	w.noError(err)
	types, err := w.ServerType.All(w.ctx)
	w.noError(err)
	images, err := w.Image.AllWithOpts(w.ctx, hcloud.ImageListOpts{IncludeDeprecated: true})
	w.noError(err)
	isos, err := w.ISO.All(w.ctx)
	w.noError(err)
	if len(locations) < 6 || len(types) < 20 || len(images) < 10 || len(isos) != 2 {
		t.Fatal(len(locations), len(types), len(images), len(isos))
	}
	w.equal(must[*hcloud.ServerType](w)(w.ServerType.GetByName(w.ctx, "cx23")).Memory, 4)
	cpx11 := must[*hcloud.ServerType](w)(w.ServerType.GetByName(w.ctx, "cpx11"))
	w.equal([]string{cpx11.Description, cpx11.Category}, []string{"CPX 11", "regular_purpose"})
	cx11 := must[*hcloud.ServerType](w)(w.ServerType.GetByID(w.ctx, 1))
	w.equal(cx11.Name, "cx11")
	w.equal(must[*hcloud.ServerType](w)(w.ServerType.GetByName(w.ctx, "cx11")) == nil, true)
	_, _, err = w.Client.Server.Create(w.ctx, hcloud.ServerCreateOpts{Name: "old", ServerType: cx11, Image: &hcloud.Image{Name: "debian-12"}})
	w.refuses(hcloud.ErrorCodeInvalidInput, err)
	if !strings.Contains(err.Error(), `Server Type "cx11" is unavailable in all locations and can no longer be ordered`) {
		t.Fatal(err)
	}
	w.equal(must[*hcloud.Location](w)(w.Location.GetByName(w.ctx, "hel1")).NetworkZone, "eu-central")
	arm := must[*hcloud.Image](w)(w.Image.GetByNameAndArchitecture(w.ctx, "debian-12", hcloud.ArchitectureARM))
	w.equal(arm.Architecture, hcloud.ArchitectureARM)
	w.equal(len(must[hcloud.Pricing](w)(w.Pricing.Get(w.ctx)).ServerTypes), len(types))
}

func TestSSHKey(t *testing.T) {
	w := newWalk(t)
	key := must[*hcloud.SSHKey](w)(w.SSHKey.Create(w.ctx, hcloud.SSHKeyCreateOpts{Name: "go", PublicKey: publicKey}))
	_, _, err := w.SSHKey.Create(w.ctx, hcloud.SSHKeyCreateOpts{Name: "go2", PublicKey: publicKey})
	w.refuses(hcloud.ErrorCodeUniquenessError, err)
	key = must[*hcloud.SSHKey](w)(w.SSHKey.Update(w.ctx, key, hcloud.SSHKeyUpdateOpts{Name: "go3", Labels: map[string]string{"a": "b"}}))
	w.equal(must[*hcloud.SSHKey](w)(w.SSHKey.GetByFingerprint(w.ctx, key.Fingerprint)).Name, "go3")
	w.deleted(w.SSHKey.Delete(w.ctx, key))
}

func TestNetwork(t *testing.T) {
	w := newWalk(t)
	network := must[*hcloud.Network](w)(w.Network.Create(w.ctx, hcloud.NetworkCreateOpts{Name: "go", IPRange: w.network("10.0.0.0/16")}))
	subnet := hcloud.NetworkSubnet{Type: hcloud.NetworkSubnetTypeCloud, IPRange: w.network("10.0.1.0/24"), NetworkZone: hcloud.NetworkZoneEUCentral}
	route := hcloud.NetworkRoute{Destination: w.network("10.100.0.0/24"), Gateway: net.ParseIP("10.0.1.7")}
	w.action(w.Network.AddSubnet(w.ctx, network, hcloud.NetworkAddSubnetOpts{Subnet: subnet}))
	w.action(w.Network.AddRoute(w.ctx, network, hcloud.NetworkAddRouteOpts{Route: route}))
	w.action(w.Network.ChangeIPRange(w.ctx, network, hcloud.NetworkChangeIPRangeOpts{IPRange: w.network("10.0.0.0/12")}))
	w.action(w.Network.ChangeProtection(w.ctx, network, hcloud.NetworkChangeProtectionOpts{Delete: hcloud.Ptr(true)}))
	_, err := w.Network.Delete(w.ctx, network)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.Network.ChangeProtection(w.ctx, network, hcloud.NetworkChangeProtectionOpts{Delete: hcloud.Ptr(false)}))
	network = must[*hcloud.Network](w)(w.Network.Update(w.ctx, network, hcloud.NetworkUpdateOpts{Name: "go2", ExposeRoutesToVSwitch: hcloud.Ptr(true)}))
	w.equal(network.ExposeRoutesToVSwitch, true)
	server := w.server("net-1", func(opts *hcloud.ServerCreateOpts) { opts.Networks = []*hcloud.Network{network} })
	w.equal(server.PrivateNet[0].IP, "10.0.1.1")
	alias := []net.IP{net.ParseIP("10.0.1.50")}
	w.action(w.Server.ChangeAliasIPs(w.ctx, server, hcloud.ServerChangeAliasIPsOpts{Network: network, AliasIPs: alias}))
	_, _, err = w.Network.DeleteSubnet(w.ctx, network, hcloud.NetworkDeleteSubnetOpts{Subnet: subnet})
	w.refuses(hcloud.ErrorCodeServiceError, err)
	w.action(w.Server.DetachFromNetwork(w.ctx, server, hcloud.ServerDetachFromNetworkOpts{Network: network}))
	w.action(w.Server.AttachToNetwork(w.ctx, server, hcloud.ServerAttachToNetworkOpts{Network: network, IP: net.ParseIP("10.0.1.9")}))
	_, _, err = w.Server.AttachToNetwork(w.ctx, server, hcloud.ServerAttachToNetworkOpts{Network: network})
	w.refuses(hcloud.ErrorCodeServerAlreadyAttached, err)
	w.drop(server)
	w.action(w.Network.DeleteRoute(w.ctx, network, hcloud.NetworkDeleteRouteOpts{Route: route}))
	w.action(w.Network.DeleteSubnet(w.ctx, network, hcloud.NetworkDeleteSubnetOpts{Subnet: subnet}))
	w.deleted(w.Network.Delete(w.ctx, network))
}

func TestFirewall(t *testing.T) {
	w := newWalk(t)
	rule := hcloud.FirewallRule{
		Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocolTCP,
		Port: hcloud.Ptr("22"), SourceIPs: []net.IPNet{*w.network("0.0.0.0/0")},
	}
	made := must[hcloud.FirewallCreateResult](w)(w.Firewall.Create(w.ctx, hcloud.FirewallCreateOpts{Name: "go", Rules: []hcloud.FirewallRule{rule}}))
	w.wait(made.Actions...)
	firewall := made.Firewall
	server := w.server("fw-1", func(opts *hcloud.ServerCreateOpts) { opts.Labels = map[string]string{"role": "go"} })
	direct := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeServer, Server: &hcloud.FirewallResourceServer{ID: server.ID}}}
	selector := []hcloud.FirewallResource{{Type: hcloud.FirewallResourceTypeLabelSelector, LabelSelector: &hcloud.FirewallResourceLabelSelector{Selector: "role=go"}}}
	w.actions(w.Firewall.ApplyResources(w.ctx, firewall, direct))
	_, _, err := w.Firewall.ApplyResources(w.ctx, firewall, direct)
	w.refuses(hcloud.ErrorCodeFirewallAlreadyApplied, err)
	_, err = w.Firewall.Delete(w.ctx, firewall)
	w.refuses(hcloud.ErrorCodeResourceInUse, err)
	w.actions(w.Firewall.RemoveResources(w.ctx, firewall, direct))
	w.actions(w.Firewall.ApplyResources(w.ctx, firewall, selector))
	applied := func() int {
		return len(must[*hcloud.Firewall](w)(w.Firewall.GetByID(w.ctx, firewall.ID)).AppliedTo[0].AppliedToResources)
	}
	w.equal(applied(), 1)
	must[*hcloud.Server](w)(w.Server.Update(w.ctx, server, hcloud.ServerUpdateOpts{Labels: map[string]string{"role": "other"}}))
	w.equal(applied(), 0)
	w.actions(w.Firewall.SetRules(w.ctx, firewall, hcloud.FirewallSetRulesOpts{Rules: []hcloud.FirewallRule{}}))
	w.actions(w.Firewall.RemoveResources(w.ctx, firewall, selector))
	firewall = must[*hcloud.Firewall](w)(w.Firewall.Update(w.ctx, firewall, hcloud.FirewallUpdateOpts{Name: "go2"}))
	w.drop(server)
	w.deleted(w.Firewall.Delete(w.ctx, firewall))
}

func TestPlacementGroup(t *testing.T) {
	w := newWalk(t)
	made := must[hcloud.PlacementGroupCreateResult](w)(w.PlacementGroup.Create(w.ctx, hcloud.PlacementGroupCreateOpts{Name: "go", Type: hcloud.PlacementGroupTypeSpread}))
	group := must[*hcloud.PlacementGroup](w)(w.PlacementGroup.Update(w.ctx, made.PlacementGroup, hcloud.PlacementGroupUpdateOpts{Name: "go2"}))
	server := w.server("pg-1", func(opts *hcloud.ServerCreateOpts) { opts.PlacementGroup = group })
	w.action(w.Server.RemoveFromPlacementGroup(w.ctx, server))
	_, _, err := w.Server.AddToPlacementGroup(w.ctx, server, group)
	w.refuses(hcloud.ErrorCodeServerNotStopped, err)
	w.action(w.Server.Poweroff(w.ctx, server))
	w.action(w.Server.AddToPlacementGroup(w.ctx, server, group))
	w.equal(must[*hcloud.Server](w)(w.Server.GetByID(w.ctx, server.ID)).Status, hcloud.ServerStatusRunning)
	w.equal(must[*hcloud.PlacementGroup](w)(w.PlacementGroup.GetByID(w.ctx, group.ID)).Servers, []int64{server.ID})
	w.drop(server)
	w.deleted(w.PlacementGroup.Delete(w.ctx, group))
}

func TestPrimaryIP(t *testing.T) {
	w := newWalk(t)
	made := must[*hcloud.PrimaryIPCreateResult](w)(w.PrimaryIP.Create(w.ctx, hcloud.PrimaryIPCreateOpts{
		Name: "go", Type: hcloud.PrimaryIPTypeIPv4, Location: "fsn1", AssigneeType: "server", AutoDelete: hcloud.Ptr(false),
	}))
	w.wait(made.Action)
	ip := made.PrimaryIP
	w.action(w.PrimaryIP.ChangeDNSPtr(w.ctx, hcloud.PrimaryIPChangeDNSPtrOpts{ID: ip.ID, IP: ip.IP.String(), DNSPtr: "a.test"}))
	w.action(w.PrimaryIP.ChangeProtection(w.ctx, hcloud.PrimaryIPChangeProtectionOpts{ID: ip.ID, Delete: true}))
	_, err := w.PrimaryIP.Delete(w.ctx, ip)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.PrimaryIP.ChangeProtection(w.ctx, hcloud.PrimaryIPChangeProtectionOpts{ID: ip.ID, Delete: false}))
	server := w.server("ip-1", func(opts *hcloud.ServerCreateOpts) {
		opts.PublicNet = &hcloud.ServerCreatePublicNet{EnableIPv4: false, EnableIPv6: true}
	})
	assign := hcloud.PrimaryIPAssignOpts{ID: ip.ID, AssigneeID: server.ID, AssigneeType: "server"}
	_, _, err = w.PrimaryIP.Assign(w.ctx, assign)
	w.refuses(hcloud.ErrorCodeServerNotStopped, err)
	w.action(w.Server.Poweroff(w.ctx, server))
	w.action(w.PrimaryIP.Assign(w.ctx, assign))
	w.equal(must[*hcloud.PrimaryIP](w)(w.PrimaryIP.GetByIP(w.ctx, ip.IP.String())).AssigneeID, server.ID)
	w.action(w.PrimaryIP.Unassign(w.ctx, ip.ID))
	ip = must[*hcloud.PrimaryIP](w)(w.PrimaryIP.Update(w.ctx, ip, hcloud.PrimaryIPUpdateOpts{Name: "go2", AutoDelete: hcloud.Ptr(true)}))
	w.drop(server)
	w.deleted(w.PrimaryIP.Delete(w.ctx, ip))
}

func TestServer(t *testing.T) {
	w := newWalk(t)
	server := w.server("go-1", nil)
	w.equal(server.Status, hcloud.ServerStatusRunning)
	for _, command := range []func(context.Context, *hcloud.Server) (*hcloud.Action, *hcloud.Response, error){
		w.Server.Reboot, w.Server.Reset, w.Server.Shutdown, w.Server.Poweron, w.Server.Poweroff, w.Server.DisableBackup,
	} {
		w.action(command(w.ctx, server))
	}
	bigger := hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx33"}, UpgradeDisk: true}
	w.action(w.Server.ChangeType(w.ctx, server, bigger))
	_, _, err := w.Server.ChangeType(w.ctx, server, bigger)
	w.refuses(hcloud.ErrorCodeServerNotStopped, err)
	w.action(w.Server.Poweroff(w.ctx, server))
	_, _, err = w.Server.ChangeType(w.ctx, server, hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx23"}})
	w.refuses(hcloud.ErrorCodeInvalidServerType, err)
	server = must[*hcloud.Server](w)(w.Server.Update(w.ctx, server, hcloud.ServerUpdateOpts{Name: "go-2", Labels: map[string]string{"a": "b"}}))
	w.action(w.Server.ChangeDNSPtr(w.ctx, server, server.PublicNet.IPv4.IP.String(), hcloud.Ptr("go.test")))
	w.action(w.Server.ChangeDNSPtr(w.ctx, server, server.PublicNet.IPv4.IP.String(), nil))
	w.action(w.Server.ChangeProtection(w.ctx, server, hcloud.ServerChangeProtectionOpts{Delete: hcloud.Ptr(true), Rebuild: hcloud.Ptr(true)}))
	_, _, err = w.Server.DeleteWithResult(w.ctx, server)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.Server.ChangeProtection(w.ctx, server, hcloud.ServerChangeProtectionOpts{Delete: hcloud.Ptr(false), Rebuild: hcloud.Ptr(false)}))
	w.wait(must[hcloud.ServerRebuildResult](w)(w.Server.RebuildWithResult(w.ctx, server, hcloud.ServerRebuildOpts{Image: &hcloud.Image{Name: "debian-13"}})).Action)
	now := time.Now()
	metrics := must[*hcloud.ServerMetrics](w)(w.Server.GetMetrics(w.ctx, server, hcloud.ServerGetMetricsOpts{
		Types: []hcloud.ServerMetricType{hcloud.ServerMetricCPU, hcloud.ServerMetricDisk, hcloud.ServerMetricNetwork},
		Start: now.Add(-time.Hour), End: now,
	}))
	w.equal(len(metrics.TimeSeries), 9)
	rescue := must[hcloud.ServerEnableRescueResult](w)(w.Server.EnableRescue(w.ctx, server, hcloud.ServerEnableRescueOpts{Type: hcloud.ServerRescueTypeLinux64}))
	w.wait(rescue.Action)
	iso := must[*hcloud.ISO](w)(w.ISO.GetByName(w.ctx, "debian-13.1.0-amd64-netinst.iso"))
	w.action(w.Server.AttachISO(w.ctx, server, iso))
	server = must[*hcloud.Server](w)(w.Server.GetByID(w.ctx, server.ID))
	w.equal(server.RescueEnabled && rescue.RootPassword != "" && server.ISO.ID == iso.ID, true)
	w.action(w.Server.DetachISO(w.ctx, server))
	w.action(w.Server.DisableRescue(w.ctx, server))
	console := must[hcloud.ServerRequestConsoleResult](w)(w.Server.RequestConsole(w.ctx, server))
	w.wait(console.Action)
	w.equal(strings.HasPrefix(console.WSSURL, "wss://") && console.Password != "", true)
	reset := must[hcloud.ServerResetPasswordResult](w)(w.Server.ResetPassword(w.ctx, server))
	w.wait(reset.Action)
	w.equal(reset.RootPassword != "", true)
	_, _, err = w.Client.Server.Create(w.ctx, hcloud.ServerCreateOpts{
		Name: "go-2", ServerType: &hcloud.ServerType{Name: "cx23"}, Image: &hcloud.Image{Name: "debian-12"},
	})
	w.refuses(hcloud.ErrorCodeUniquenessError, err)
	w.drop(server)
}

func TestImage(t *testing.T) {
	w := newWalk(t)
	server := w.server("image-1", nil)
	backup := &hcloud.ServerCreateImageOpts{Type: hcloud.ImageTypeBackup}
	_, _, err := w.Server.CreateImage(w.ctx, server, backup)
	w.refuses(hcloud.ErrorCodeServiceError, err)
	w.action(w.Server.EnableBackup(w.ctx, server, ""))
	create := func(opts *hcloud.ServerCreateImageOpts) *hcloud.Image {
		made := must[hcloud.ServerCreateImageResult](w)(w.Server.CreateImage(w.ctx, server, opts))
		w.wait(made.Action)
		return must[*hcloud.Image](w)(w.Image.GetByID(w.ctx, made.Image.ID))
	}
	bound := create(backup)
	w.equal(bound.BoundTo.ID, server.ID)
	image := create(&hcloud.ServerCreateImageOpts{Description: hcloud.Ptr("go"), Labels: map[string]string{"a": "b"}})
	w.equal(image.Status, hcloud.ImageStatusAvailable)
	image = must[*hcloud.Image](w)(w.Image.Update(w.ctx, image, hcloud.ImageUpdateOpts{Description: hcloud.Ptr("go2")}))
	w.action(w.Image.ChangeProtection(w.ctx, image, hcloud.ImageChangeProtectionOpts{Delete: hcloud.Ptr(true)}))
	_, err = w.Image.Delete(w.ctx, image)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.Image.ChangeProtection(w.ctx, image, hcloud.ImageChangeProtectionOpts{Delete: hcloud.Ptr(false)}))
	copied := w.server("image-2", func(opts *hcloud.ServerCreateOpts) { opts.Image = image })
	w.equal(copied.Image.Description, "go2")
	w.deleted(w.Image.Delete(w.ctx, image))
	w.equal(must[*hcloud.Image](w)(w.Image.GetByID(w.ctx, image.ID)) == nil, true)
	w.drop(server)
	w.equal(must[*hcloud.Image](w)(w.Image.GetByID(w.ctx, bound.ID)) == nil, true)
	w.drop(copied)
}

func TestNotSimulated(t *testing.T) {
	w := newWalk(t)
	_, err := w.Volume.All(w.ctx)
	w.refuses(hcloud.ErrorUnsupportedError, err)
	balancer := w.balancer("none", nil)
	target := hcloud.LoadBalancerAddIPTargetOpts{IP: net.ParseIP("192.0.2.1")}
	_, _, err = w.LoadBalancer.AddIPTarget(w.ctx, balancer, target)
	w.refuses(hcloud.ErrorUnsupportedError, err)
	w.deleted(w.LoadBalancer.Delete(w.ctx, balancer))
}
