using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// How the files of the user's checkout differ from the index. git is asked once, before the first worker starts, or not even
/// then when nothing was touched, and again only when something differs from how it was. git reads a file anew, every time, whose time is that of the index or is not the one in the
/// index; only an index that it may write ends that, and the user's own is not to be written. So git gets a copy in which it
/// notes what it learns; the copy is kept in memory, where no worker reaches it.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="own">The run's own folders, absolute.</param>
internal sealed class CheckoutStatus(GitRepository repository, IReadOnlyList<string> own)
{
    // A file's time of writing is anybody's to set, its time of change nobody's, so git compares that too, whatever is configured.
    private static readonly string[] Strict = ["core.trustctime=true", "core.checkStat=default", "core.splitIndex=false"];

    // A worker may write a file that the user's sparse checkout leaves out. Only with this does git look whether one is there that
    // should not be, and then compares it; where nothing is left out it changes nothing.
    internal const string SeesLeftOut = "core.sparseCheckout=true";

    // git starts threads to look at the files; for few of them that costs more than it saves.
    private const int FewFiles = 512 * 1024;
    private static readonly GitCall Status = new("status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=none", "--no-renames") { Patience = TimeSpan.FromMinutes(10) };
    private bool _isAsked;
    private IndexImage? _settled;
    private CheckoutImage? _image;
    private IReadOnlyList<string> _first = [];

    /// <summary>
    /// What <c>git status</c> says of files that differ from the index, and of untracked ones. What is staged is left out: the
    /// index and HEAD are compared themselves. The first call must come before any worker runs.
    /// </summary>
    /// <param name="user">The user's index.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Factory.Core.Contracts.FactoryException">git could not read the checkout, or would never end.</exception>
    public async Task<IReadOnlyList<string>> StatusAsync(IndexImage user, CancellationToken cancellationToken)
    {
        var isFirst = !_isAsked;
        _isAsked = true;
        if (isFirst && (_image = UntouchedCheckout.TryTake(repository.Root, user, own)) is not null)
        {
            _settled = user;
            return _first;
        }

        if (_image?.Holds() == true) return _first;
        // What was changed once may be changed while git looks at it.
        _image = null;
        // Always against the index as it was: whoever changes a file may write into the index that the file is as it should be.
        var index = isFirst ? user : _settled;
        var call = Status with { Settings = [SeesLeftOut, $"core.preloadIndex={(user.Bytes.Length > FewFiles ? "true" : "false")}"] };
        // Windows has no time of change that git could compare; there git reads a doubtful file anew as before.
        using var copy = index is { Bytes.Length: > 0 } && !OperatingSystem.IsWindows() ? IndexCopy.TryWrite(index) : null;
        if (copy is not null) call = call with { IndexFile = copy.File, Settings = [.. call.Settings, .. Strict] };
        if (copy is not null && isFirst) call = call with { Environment = new Dictionary<string, string> { ["GIT_OPTIONAL_LOCKS"] = "1" } };
        if (isFirst && OperatingSystem.IsLinux()) call = call with { Arguments = [.. call.Arguments, "--ignored=matching"] };
        var answer = (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields;
        if (copy is not null && isFirst) _settled = IndexImage.Read(copy.File);
        if (isFirst) _image = CheckoutImage.TryTake(repository, user, answer, own);
        IReadOnlyList<string> differing = [.. answer.Select(WithoutStaged).OfType<string>()];
        return isFirst ? _first = differing : differing;
    }

    // "1 XY sub mH mI mW hH hI path": X, mH and hH are HEAD's.
    private static string? WithoutStaged(string field)
    {
        if (field[0] == '!') return null;
        if (field[0] != '1') return field;
        var parts = field.Split(' ', 9);
        return parts[1][1] == '.' ? null : string.Join(' ', "1", "." + parts[1][1], parts[2], parts[4], parts[5], parts[7], parts[8]);
    }
}
