package local

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// collect picks up the files that assetPaths and archivePaths name, once the command has run.
func (s *State) collect() error {
	directory := "."
	if s.Dir != nil {
		directory = *s.Dir
	}
	directory, err := filepath.Abs(directory)
	if err != nil {
		return err
	}
	if s.AssetPaths != nil {
		files, err := matchingFiles(directory, *s.AssetPaths)
		if err != nil {
			return err
		}
		assets := make(map[string]*types.AssetOrArchive, len(files))
		for name, asset := range files {
			assets[name] = &types.AssetOrArchive{Asset: asset}
		}
		s.Assets = &assets
	}
	if s.ArchivePaths != nil {
		files, err := matchingFiles(directory, *s.ArchivePaths)
		if err != nil {
			return err
		}
		content := make(map[string]any, len(files))
		for name, asset := range files {
			content[name] = asset
		}
		if s.Archive, err = resource.NewAssetArchive(content); err != nil {
			return err
		}
	}
	return nil
}

// rule is one pattern; those that begin with "!" take files out again.
type rule struct {
	pattern glob.Glob
	exclude bool
}

// matchingFiles returns the files below the directory on which the last matching rule says yes.
func matchingFiles(directory string, patterns []string) (map[string]*resource.Asset, error) {
	rules := make([]rule, len(patterns))
	for i, pattern := range patterns {
		text, exclude := strings.CutPrefix(pattern, "!")
		compiled, err := glob.Compile(text, '/')
		if err != nil {
			return nil, err
		}
		rules[i] = rule{compiled, exclude}
	}
	found := map[string]*resource.Asset{}
	err := fs.WalkDir(os.DirFS(directory), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !wanted(rules, name) {
			return err
		}
		found[name], err = resource.NewPathAsset(filepath.Join(directory, name))
		return err
	})
	return found, err
}

func wanted(rules []rule, name string) bool {
	take := false
	for _, rule := range rules {
		if rule.pattern.Match(name) {
			take = !rule.exclude
		}
	}
	return take
}
