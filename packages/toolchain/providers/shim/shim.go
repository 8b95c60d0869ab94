// Package shim reaches the random provider, which its module keeps in an internal package. A module
// whose name lies below that module's name may import it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"

	random "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the Terraform provider "random".
func NewProvider() provider.Provider { return random.New() }
