package terraform

import "testing"

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc test"

func (p provider) server(t *testing.T, name string) *resource {
	return p.create(t, "hcloud_server", attributes{
		"name": name, "server_type": "cx23", "image": "debian-12", "location": "fsn1",
		"labels": map[string]any{"role": name}, "ignore_remote_firewall_ids": true,
	})
}

func (p provider) subnet(t *testing.T, name string) (network, subnet *resource) {
	network = p.create(t, "hcloud_network", attributes{"name": name, "ip_range": "10.0.0.0/16"})
	return network, p.create(t, "hcloud_network_subnet", attributes{
		"network_id": network.number(t, "id"), "type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.1.0/24",
	})
}

func TestSshKey(t *testing.T) {
	life{
		create: attributes{"name": "key", "public_key": publicKey, "labels": map[string]any{"a": "b"}},
		update: attributes{"name": "renamed", "labels": map[string]any{"c": "d"}},
	}.run(t, newProvider(t), "hcloud_ssh_key")
}

func TestPlacementGroup(t *testing.T) {
	life{
		create: attributes{"name": "group", "type": "spread"},
		update: attributes{"labels": map[string]any{"a": "b"}},
	}.run(t, newProvider(t), "hcloud_placement_group")
}

func TestNetwork(t *testing.T) {
	life{
		create: attributes{"name": "net", "ip_range": "10.0.0.0/16", "delete_protection": true},
		update: attributes{"name": "renamed", "labels": map[string]any{"a": "b"}, "delete_protection": false},
	}.run(t, newProvider(t), "hcloud_network")
}

func TestNetworkSubnet(t *testing.T) {
	p := newProvider(t)
	network := p.create(t, "hcloud_network", attributes{"name": "net-of-subnet", "ip_range": "10.0.0.0/16"})
	life{create: attributes{
		"network_id": network.number(t, "id"), "type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.1.0/24",
	}}.run(t, p, "hcloud_network_subnet")
}

func TestNetworkRoute(t *testing.T) {
	p := newProvider(t)
	network, _ := p.subnet(t, "net-of-route")
	life{create: attributes{
		"network_id": network.number(t, "id"), "destination": "10.100.0.0/24", "gateway": "10.0.1.7",
	}}.run(t, p, "hcloud_network_route")
}

func TestFirewall(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "of-firewall")
	anywhere := []any{"0.0.0.0/0", "::/0"}
	ssh := map[string]any{"direction": "in", "protocol": "tcp", "port": "22", "source_ips": anywhere}
	media := map[string]any{"direction": "in", "protocol": "udp", "port": "10000-10010", "source_ips": anywhere}
	life{
		create: attributes{
			"name": "firewall", "rule": []any{ssh},
			"apply_to": []any{map[string]any{"server": web.number(t, "id")}},
		},
		update: attributes{
			"name": "renamed", "rule": []any{ssh, media},
			"apply_to": []any{map[string]any{"label_selector": "role=of-firewall"}},
		},
	}.run(t, p, "hcloud_firewall")
}

func TestFirewallAttachment(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "attached")
	firewall := p.create(t, "hcloud_firewall", attributes{"name": "of-attachment"})
	life{
		create: attributes{
			"firewall_id": firewall.number(t, "id"), "server_ids": []any{web.number(t, "id")},
		},
		update: attributes{"server_ids": nil, "label_selectors": []any{"role=attached"}},
	}.run(t, p, "hcloud_firewall_attachment")
}

func TestPrimaryIp(t *testing.T) {
	life{
		create: attributes{"name": "address", "type": "ipv4", "location": "fsn1", "auto_delete": false},
		update: attributes{"name": "renamed", "labels": map[string]any{"a": "b"}},
	}.run(t, newProvider(t), "hcloud_primary_ip")
}

func TestServer(t *testing.T) {
	p := newProvider(t)
	key := p.create(t, "hcloud_ssh_key", attributes{"name": "of-server", "public_key": publicKey})
	group := p.create(t, "hcloud_placement_group", attributes{"name": "of-server", "type": "spread"})
	address := p.create(t, "hcloud_primary_ip", attributes{
		"name": "of-server", "type": "ipv4", "location": "fsn1", "auto_delete": false,
	})
	life{
		create: attributes{
			"name": "web", "server_type": "cx23", "image": "debian-12", "location": "fsn1",
			"ssh_keys": []any{key.id()}, "user_data": "#cloud-config\n", "labels": map[string]any{"a": "b"},
			"public_net": []any{map[string]any{
				"ipv4_enabled": true, "ipv4": address.number(t, "id"), "ipv6_enabled": true,
			}},
			"placement_group_id": group.number(t, "id"), "delete_protection": true, "rebuild_protection": true,
		},
		update: attributes{
			"name": "renamed", "server_type": "cx33", "backups": true,
			"delete_protection": false, "rebuild_protection": false,
		},
		// Attributes that only the creation has, and settings of the provider itself.
		notImported: []string{
			"user_data", "ssh_keys", "public_net", "keep_disk", "shutdown_before_deletion", "ignore_remote_firewall_ids",
		},
	}.run(t, p, "hcloud_server")
}

func TestServerNetwork(t *testing.T) {
	p := newProvider(t)
	_, subnet := p.subnet(t, "net-of-server")
	web := p.server(t, "in-network")
	life{
		create:      attributes{"server_id": web.number(t, "id"), "subnet_id": subnet.id(), "ip": "10.0.1.5"},
		update:      attributes{"alias_ips": []any{"10.0.1.50"}},
		notImported: []string{"subnet_id", "network_id"},
	}.run(t, p, "hcloud_server_network")
}

func TestRdns(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "with-name")
	life{
		create: attributes{
			"server_id": web.number(t, "id"), "ip_address": web.text(t, "ipv4_address"), "dns_ptr": "a.example.test",
		},
		update: attributes{"dns_ptr": "b.example.test"},
	}.run(t, p, "hcloud_rdns")
}

// TestRdnsOfAddresses sets reverse DNS of the resources that Hetzner's own tests of hcloud_rdns
// use, except servers.
func TestRdnsOfAddresses(t *testing.T) {
	p := newProvider(t)
	four := p.create(t, "hcloud_floating_ip", attributes{"type": "ipv4", "home_location": "fsn1"})
	six := p.create(t, "hcloud_floating_ip", attributes{"type": "ipv6", "home_location": "fsn1"})
	balancer := p.create(t, "hcloud_load_balancer", attributes{
		"name": "with-name", "load_balancer_type": "lb11", "location": "fsn1",
	})
	primary := p.create(t, "hcloud_primary_ip", attributes{"name": "with-name", "type": "ipv6", "location": "fsn1"})
	for name, one := range map[string]struct {
		owner   string
		of      *resource
		address string
	}{
		"floating IPv4": {"floating_ip_id", four, "ip_address"},
		"floating IPv6": {"floating_ip_id", six, "ip_address"},
		"balancer IPv4": {"load_balancer_id", balancer, "ipv4"},
		"balancer IPv6": {"load_balancer_id", balancer, "ipv6"},
		"primary IPv6":  {"primary_ip_id", primary, "ip_address"},
	} {
		t.Run(name, func(t *testing.T) {
			life{
				create: attributes{
					one.owner: one.of.number(t, "id"), "ip_address": one.of.text(t, one.address), "dns_ptr": "a.example.test",
				},
				update: attributes{"dns_ptr": "b.example.test"},
			}.run(t, p, "hcloud_rdns")
		})
	}
}

func TestFloatingIp(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "with-floating")
	other := p.server(t, "with-floating-next")
	life{
		create: attributes{"name": "floating", "type": "ipv4", "server_id": web.number(t, "id"), "delete_protection": true},
		update: attributes{
			"name": "renamed", "description": "b", "labels": map[string]any{"a": "b"},
			"server_id": other.number(t, "id"), "delete_protection": false,
		},
	}.run(t, p, "hcloud_floating_ip")
}

func TestFloatingIpAssignment(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "assigned")
	other := p.server(t, "assigned-next")
	floating := p.create(t, "hcloud_floating_ip", attributes{"type": "ipv4", "home_location": "fsn1"})
	life{
		create: attributes{"floating_ip_id": floating.number(t, "id"), "server_id": web.number(t, "id")},
		update: attributes{"server_id": other.number(t, "id")},
	}.run(t, p, "hcloud_floating_ip_assignment")
}

func TestLoadBalancer(t *testing.T) {
	algorithm := func(name string) []any { return []any{map[string]any{"type": name}} }
	life{
		create: attributes{
			"name": "balancer", "load_balancer_type": "lb11", "network_zone": "eu-central",
			"algorithm": algorithm("round_robin"), "delete_protection": true,
		},
		update: attributes{
			"name": "renamed", "load_balancer_type": "lb21", "algorithm": algorithm("least_connections"),
			"labels": map[string]any{"a": "b"}, "delete_protection": false,
		},
	}.run(t, newProvider(t), "hcloud_load_balancer")
}

func TestSnapshot(t *testing.T) {
	p := newProvider(t)
	web := p.server(t, "with-snapshot")
	life{
		create: attributes{"server_id": web.number(t, "id"), "description": "before"},
		update: attributes{"description": "after", "labels": map[string]any{"a": "b"}},
	}.run(t, p, "hcloud_snapshot")
}

func TestZone(t *testing.T) {
	life{
		create: attributes{"name": "terraform.test", "mode": "primary", "ttl": 3600, "delete_protection": true},
		update: attributes{"ttl": 120, "labels": map[string]any{"a": "b"}, "delete_protection": false},
	}.run(t, newProvider(t), "hcloud_zone")
}

func TestZoneRrset(t *testing.T) {
	p := newProvider(t)
	p.create(t, "hcloud_zone", attributes{"name": "rrset.test", "mode": "primary"})
	record := func(value string) any { return map[string]any{"value": value} }
	life{
		create: attributes{
			"zone": "rrset.test", "name": "www", "type": "A", "ttl": 300, "records": []any{record("192.0.2.1")},
		},
		update:       attributes{"ttl": 60, "records": []any{record("192.0.2.1"), record("192.0.2.2")}},
		importPrefix: "rrset.test/",
	}.run(t, p, "hcloud_zone_rrset")
}

func TestZoneRecord(t *testing.T) {
	p := newProvider(t)
	p.create(t, "hcloud_zone", attributes{"name": "record.test", "mode": "primary"})
	life{
		create:     attributes{"zone": "record.test", "name": "@", "type": "TXT", "value": `"hello"`, "comment": "a"},
		update:     attributes{"comment": "b"},
		byIdentity: true,
	}.run(t, p, "hcloud_zone_record")
}
