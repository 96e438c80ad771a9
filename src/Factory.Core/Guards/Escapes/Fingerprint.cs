namespace Factory.Core.Guards.Escapes;

/// <summary>A part of what workers may not change.</summary>
public enum EscapeArea
{
    /// <summary>A file of the user's checkout: tracked, or untracked and not ignored.</summary>
    Checkout,
    /// <summary>An entry of the user's index, or a flag of one.</summary>
    Index,
    /// <summary>HEAD of the user's checkout, or a merge or rebase that waits there for its next commit.</summary>
    Head,
    /// <summary>A ref outside the run's own.</summary>
    Ref,
    /// <summary>A setting in the repository's configuration.</summary>
    Config,
    /// <summary>A file outside the repository that git obeys: the user's settings, what they include, lists of ignored files.</summary>
    Settings,
    /// <summary>A hook.</summary>
    Hook,
    /// <summary>A file in the repository's administrative folder that all worktrees share.</summary>
    Shared,
    /// <summary>A worktree that is not the worker's.</summary>
    Worktree,
    /// <summary>A file that runs are made from: the configuration, a prompt, an ignored file that is copied.</summary>
    Input,
    /// <summary>A bundle that was closed.</summary>
    Bundle,
    /// <summary>The ledger.</summary>
    Ledger,
}

/// <summary>One thing and its state.</summary>
/// <param name="Area">The part it belongs to.</param>
/// <param name="Name">Its name there.</param>
public readonly record struct EscapeKey(EscapeArea Area, string Name);

/// <summary>The state of a thing.</summary>
/// <param name="State">Compared ordinally; another text means that it was changed.</param>
/// <param name="Content">What it held, when that is small and says more than the state; for showing the change.</param>
public sealed record EscapeState(string State, byte[]? Content = null);

/// <summary>The state of everything that workers may not change, at one time.</summary>
/// <param name="Items">Each thing that exists, or that git reports as changed.</param>
/// <param name="Index">The user's index, byte for byte: two indexes that differ may still say the same.</param>
public sealed record Fingerprint(IReadOnlyDictionary<EscapeKey, EscapeState> Items, byte[] Index);
