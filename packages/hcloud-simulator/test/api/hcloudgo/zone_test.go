package hcloudgo

import (
	"strings"
	"testing"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func TestZone(t *testing.T) {
	w := newWalk(t)
	made := must[hcloud.ZoneCreateResult](w)(w.Zone.Create(w.ctx, hcloud.ZoneCreateOpts{Name: "go.test", Mode: hcloud.ZoneModePrimary}))
	w.wait(made.Action)
	zone := must[*hcloud.Zone](w)(w.Zone.Update(w.ctx, made.Zone, hcloud.ZoneUpdateOpts{Labels: map[string]string{"a": "b"}}))
	w.action(w.Zone.ChangeTTL(w.ctx, zone, hcloud.ZoneChangeTTLOpts{TTL: 600}))
	w.action(w.Zone.ChangeProtection(w.ctx, zone, hcloud.ZoneChangeProtectionOpts{Delete: hcloud.Ptr(true)}))
	_, _, err := w.Zone.Delete(w.ctx, zone)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.Zone.ChangeProtection(w.ctx, zone, hcloud.ZoneChangeProtectionOpts{Delete: hcloud.Ptr(false)}))
	records := func(values ...string) (list []hcloud.ZoneRRSetRecord) {
		for _, value := range values {
			list = append(list, hcloud.ZoneRRSetRecord{Value: value})
		}
		return list
	}
	set := must[hcloud.ZoneRRSetCreateResult](w)(w.Zone.CreateRRSet(w.ctx, zone, hcloud.ZoneRRSetCreateOpts{
		Name: "www", Type: hcloud.ZoneRRSetTypeA, Records: records("192.0.2.1"),
	}))
	w.wait(set.Action)
	rrset := set.RRSet
	w.action(w.Zone.AddRRSetRecords(w.ctx, rrset, hcloud.ZoneRRSetAddRecordsOpts{Records: records("192.0.2.2")}))
	w.action(w.Zone.RemoveRRSetRecords(w.ctx, rrset, hcloud.ZoneRRSetRemoveRecordsOpts{Records: records("192.0.2.1")}))
	w.action(w.Zone.SetRRSetRecords(w.ctx, rrset, hcloud.ZoneRRSetSetRecordsOpts{Records: records("192.0.2.3", "192.0.2.4")}))
	w.action(w.Zone.UpdateRRSetRecords(w.ctx, rrset, hcloud.ZoneRRSetUpdateRecordsOpts{Records: []hcloud.ZoneRRSetRecord{{Value: "192.0.2.3", Comment: "c"}}}))
	w.action(w.Zone.ChangeRRSetTTL(w.ctx, rrset, hcloud.ZoneRRSetChangeTTLOpts{TTL: hcloud.Ptr(120)}))
	w.action(w.Zone.ChangeRRSetProtection(w.ctx, rrset, hcloud.ZoneRRSetChangeProtectionOpts{Change: hcloud.Ptr(true)}))
	_, _, err = w.Zone.DeleteRRSet(w.ctx, rrset)
	w.refuses(hcloud.ErrorCodeProtected, err)
	w.action(w.Zone.ChangeRRSetProtection(w.ctx, rrset, hcloud.ZoneRRSetChangeProtectionOpts{Change: hcloud.Ptr(false)}))
	soa := must[*hcloud.ZoneRRSet](w)(w.Zone.GetRRSetByNameAndType(w.ctx, zone, "@", hcloud.ZoneRRSetTypeSOA))
	w.action(w.Zone.SetRRSetRecords(w.ctx, soa, hcloud.ZoneRRSetSetRecordsOpts{Records: records("hydrogen.ns.hetzner.com. dns.hetzner.com. 0 86400 10800 3600000 600")}))
	w.action(w.Zone.ChangeRRSetTTL(w.ctx, soa, hcloud.ZoneRRSetChangeTTLOpts{TTL: hcloud.Ptr(600)}))
	soa = must[*hcloud.ZoneRRSet](w)(w.Zone.GetRRSetByNameAndType(w.ctx, zone, "@", hcloud.ZoneRRSetTypeSOA))
	w.equal(strings.HasSuffix(soa.Records[0].Value, " 600") && !strings.Contains(soa.Records[0].Value, " 0 "), true)
	_, _, err = w.Zone.DeleteRRSet(w.ctx, soa)
	w.refuses(hcloud.ErrorCodeInvalidInput, err)
	file := must[hcloud.ZoneExportZonefileResult](w)(w.Zone.ExportZonefile(w.ctx, zone)).Zonefile
	if !strings.Contains(file, "www\t120\tIN\tA\t192.0.2.3 ; c") {
		t.Fatal(file)
	}
	w.action(w.Zone.ImportZonefile(w.ctx, zone, hcloud.ZoneImportZonefileOpts{Zonefile: file}))
	_, _, err = w.Zone.ImportZonefile(w.ctx, zone, hcloud.ZoneImportZonefileOpts{Zonefile: "www\tA\tnowhere"})
	w.refuses(hcloud.ErrorCodeInvalidInput, err)
	rrset = must[*hcloud.ZoneRRSet](w)(w.Zone.UpdateRRSet(w.ctx, rrset, hcloud.ZoneRRSetUpdateOpts{Labels: map[string]string{"a": "b"}}))
	all, err := w.Zone.AllRRSets(w.ctx, zone)
	w.noError(err)
	w.equal(len(all), 3)
	w.wait(must[hcloud.ZoneRRSetDeleteResult](w)(w.Zone.DeleteRRSet(w.ctx, rrset)).Action)
	w.wait(must[hcloud.ZoneDeleteResult](w)(w.Zone.Delete(w.ctx, zone)).Action)
	second := must[hcloud.ZoneCreateResult](w)(w.Zone.Create(w.ctx, hcloud.ZoneCreateOpts{
		Name: "second.test", Mode: hcloud.ZoneModeSecondary,
		PrimaryNameservers: []hcloud.ZoneCreateOptsPrimaryNameserver{{Address: "192.0.2.53"}},
	})).Zone
	w.action(w.Zone.ChangePrimaryNameservers(w.ctx, second, hcloud.ZoneChangePrimaryNameserversOpts{
		PrimaryNameservers: []hcloud.ZoneChangePrimaryNameserversOptsPrimaryNameserver{{Address: "192.0.2.54", Port: 5353}},
	}))
	w.wait(must[hcloud.ZoneDeleteResult](w)(w.Zone.Delete(w.ctx, second)).Action)
}
