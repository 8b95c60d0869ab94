package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is the resource command:remote:CopyToRemote.
type CopyToRemote struct{}

// CopyInputs are what a program gives.
type CopyInputs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// CopyState is what is kept of the resource.
type CopyState struct{ CopyInputs }

// Check refuses what is not exactly one asset or archive. An unknown source fails a preview.
func (*CopyToRemote) Check(
	ctx context.Context, request infer.CheckRequest,
) (infer.CheckResponse[CopyInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyInputs](ctx, request.NewInputs)
	if err == nil && (inputs.Source.Asset == nil) == (inputs.Source.Archive == nil) {
		failures = append(failures, p.CheckFailure{
			Property: "source", Reason: "must be an asset or an archive",
		})
	}
	return infer.CheckResponse[CopyInputs]{Inputs: inputs, Failures: failures}, err
}

// Create copies.
func (*CopyToRemote) Create(
	ctx context.Context, request infer.CreateRequest[CopyInputs],
) (infer.CreateResponse[CopyState], error) {
	response := infer.CreateResponse[CopyState]{Output: CopyState{request.Inputs}}
	if request.DryRun {
		return response, nil
	}
	if err := request.Inputs.copy(ctx); err != nil {
		return response, err
	}
	var err error
	response.ID, err = resource.NewUniqueHex("", 8, 0)
	return response, err
}

// Update copies again if the content or the path is another one. A changed connection alone does
// not: whoever replaces the host names it in the triggers.
func (*CopyToRemote) Update(
	ctx context.Context, request infer.UpdateRequest[CopyInputs, CopyState],
) (infer.UpdateResponse[CopyState], error) {
	response := infer.UpdateResponse[CopyState]{Output: CopyState{request.Inputs}}
	same := request.Inputs.hash() == request.State.hash() &&
		request.Inputs.RemotePath == request.State.RemotePath
	if request.DryRun || same {
		return response, nil
	}
	return response, request.Inputs.copy(ctx)
}

func (c *CopyInputs) hash() string {
	if c.Source.Archive != nil {
		return c.Source.Archive.Hash
	}
	if c.Source.Asset != nil {
		return c.Source.Asset.Hash
	}
	return ""
}

func (c *CopyInputs) copy(ctx context.Context) error {
	ssh, err := c.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer ssh.Close()
	client, err := sftp.NewClient(ssh, sftp.UseConcurrentWrites(true))
	if err != nil {
		return err
	}
	defer client.Close()
	target := target{client}
	asset, archive := c.Source.Asset, c.Source.Archive
	switch {
	case asset != nil && asset.IsText():
		return target.writeFile(strings.NewReader(asset.Text), c.RemotePath)
	case asset != nil && asset.IsPath():
		return target.copyPath(asset.Path, c.RemotePath)
	case archive != nil && archive.IsPath():
		return target.copyPath(archive.Path, c.RemotePath)
	}
	return errors.New("only files, folders and texts can be copied; " +
		"write an asset from elsewhere to a file first")
}

// target is the file system of the host.
type target struct{ *sftp.Client }

// copyPath copies a file, or a folder with all that is in it. As with cp, what exists as a
// directory gets the source inside; a folder's content alone is meant with a slash at its end.
func (t target) copyPath(source, destination string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if !strings.HasSuffix(source, "/") {
			destination = path.Join(destination, filepath.Base(source))
		}
		return t.copyFolder(source, destination)
	}
	if t.isDirectory(destination) {
		destination = path.Join(destination, filepath.Base(source))
	}
	return t.copyFile(source, destination)
}

func (t target) copyFolder(source, destination string) error {
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		remote := path.Join(destination, name)
		if !entry.IsDir() {
			return t.copyFile(filepath.Join(source, name), remote)
		}
		if err := t.MkdirAll(remote); err != nil {
			return fmt.Errorf("failed to create remote directory %s: %w", remote, err)
		}
		return nil
	})
}

func (t target) copyFile(source, destination string) error {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	return t.writeFile(file, destination)
}

func (t target) writeFile(content io.Reader, destination string) error {
	if err := t.MkdirAll(path.Dir(destination)); err != nil {
		return fmt.Errorf("failed to create remote directory %s: %w", path.Dir(destination), err)
	}
	file, err := t.Create(destination)
	if err != nil {
		return fmt.Errorf("failed to create remote file %s: %w", destination, err)
	}
	if _, err := file.ReadFrom(content); err != nil {
		file.Close()
		return fmt.Errorf("failed to write to remote path %s: %w", destination, err)
	}
	return file.Close()
}

func (t target) isDirectory(name string) bool {
	info, err := t.Stat(name)
	return err == nil && info.IsDir()
}
