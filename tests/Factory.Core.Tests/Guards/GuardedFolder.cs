using Factory.Core.Guards.Writes;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Guards;

/// <summary>A folder that a guard writes in, and another one beside it where nothing may ever appear.</summary>
public abstract class GuardedFolder : IDisposable
{
    protected GuardedFolder()
    {
        Outside = Directory.CreateDirectory(Path.Combine(Home, "outside")).FullName;
        Guard = new WriteGuard(Directory.CreateDirectory(Path.Combine(Home, "run")).FullName);
    }

    protected string Home { get; } = Directory.CreateTempSubdirectory("guard-test-").FullName;

    protected string Outside { get; }

    protected WriteGuard Guard { get; }

    public void Dispose()
    {
        Core.Workers.FolderRemoval.Delete(Home);
        GC.SuppressFinalize(this);
    }

    protected Task WriteAsync(string path, string text) => Guard.WriteAsync(path, stream => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text)).AsTask());

    protected void RequireLinks()
    {
        var link = Path.Combine(Home, "probe");
        SpecialFiles.Link(link, Outside);
        var isLink = new DirectoryInfo(link).LinkTarget is not null;
        if (isLink) Directory.Delete(link);
        Assert.SkipUnless(isLink, "this system makes links that it does not show as links");
    }
}
