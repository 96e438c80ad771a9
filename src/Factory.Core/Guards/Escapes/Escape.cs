namespace Factory.Core.Guards.Escapes;

/// <summary>One change to what workers may not change.</summary>
/// <param name="Area">The part it belongs to.</param>
/// <param name="Name">What was changed: a path, a ref, a setting.</param>
/// <param name="Deed">What happened, in words that follow the name.</param>
/// <param name="Diff">The change itself, bounded; lines begin with <c>-</c> and <c>+</c>.</param>
public sealed record Escape(EscapeArea Area, string Name, string Deed, string Diff)
{
    /// <summary>Whether git itself makes this change when a worker does what it may, and it does nothing by itself.</summary>
    public bool IsGitsOwn { get; init; }

    /// <summary>The deed of something that was not there before.</summary>
    public const string Made = "was made";

    /// <summary>The name of a repository that git cannot read any more.</summary>
    public const string Unreadable = "the repository";

    /// <summary>Whether a person who works in the repository during a run makes such changes too.</summary>
    public bool IsEverydayWork =>
        Area is EscapeArea.Checkout or EscapeArea.Head or EscapeArea.Ref or EscapeArea.Settings or EscapeArea.Worktree || (Area == EscapeArea.Index && Name == "index") || (Area == EscapeArea.Shared && (Name is "logs/refs/stash" or "info/exclude" || Name.StartsWith("rr-cache", StringComparison.Ordinal)));

    /// <summary>Whether it is only a copy of what a remote says, which editors and git's own maintenance renew in the background.</summary>
    public bool IsRemoteCopy => (Area == EscapeArea.Head && Name == "FETCH_HEAD") || (Area == EscapeArea.Ref && (Reference.StartsWith("refs/remotes/", StringComparison.Ordinal) || Reference.StartsWith("refs/prefetch/", StringComparison.Ordinal)));

    /// <summary>Whether it is an ordinary branch that was not there before: it takes nothing from anybody, and stays.</summary>
    public bool IsNewBranch => Area == EscapeArea.Ref && Deed == Made && Reference.StartsWith("refs/heads/", StringComparison.Ordinal) && Reference != "refs/heads/HEAD" && !Diff.StartsWith("+->", StringComparison.Ordinal);

    /// <summary>Whether it is a setting that <c>git submodule init</c> writes, too.</summary>
    public bool IsOfSubmodule => Area == EscapeArea.Config && Name.StartsWith("submodule.", StringComparison.Ordinal);

    /// <summary>The name of a ref in a submodule's repository; no ref's own name has a colon.</summary>
    public static string RefOfSubmodule(string repository, string reference) => repository + Colon + reference;

    private const string Colon = ": ";

    private string Reference => Name.LastIndexOf(Colon, StringComparison.Ordinal) is var at and >= 0 ? Name[(at + Colon.Length)..] : Name;

    /// <summary>What was changed, in words.</summary>
    public string Subject => Area switch
    {
        EscapeArea.Checkout => $"{Name} in your checkout",
        EscapeArea.Index => Name.StartsWith("sharedindex.", StringComparison.Ordinal) ? $"{Name}, which your index builds upon," : "your index",
        EscapeArea.Head => Name == "HEAD" ? "HEAD of your checkout" : Name.StartsWith("modules/", StringComparison.Ordinal) ? $"{Name} of a submodule" : $"{Name} beside HEAD of your checkout",
        EscapeArea.Settings => $"{Name}, which git obeys in every worktree,",
        EscapeArea.Ref => $"the ref {Name}",
        EscapeArea.Config => $"{Name} of the repository's configuration, which all worktrees share,",
        EscapeArea.Hook => $"the hook {Name}",
        EscapeArea.Shared when Name == Unreadable => "the repository",
        EscapeArea.Shared when Name.EndsWith("/.git", StringComparison.Ordinal) => $"the file .git that says where {Name[..^"/.git".Length]} belongs",
        EscapeArea.Shared => $"{Name} of the repository, which all worktrees share,",
        EscapeArea.Worktree => $"the worktree {Name}",
        EscapeArea.Input => $"the file {Name}, which runs are made from,",
        EscapeArea.Bundle => $"{Name} in a bundle that was closed",
        _ => Name,
    };
}
