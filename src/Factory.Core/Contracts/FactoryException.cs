namespace Factory.Core.Contracts;

/// <summary>
/// A problem whose cause the reader can mend: it carries the <see cref="Contracts.Blocker"/> that says what, where
/// and what next, and the status the run ends with. It is never a defect of Factory, so no stack trace is shown.
/// </summary>
public sealed class FactoryException : Exception
{
    /// <summary>Creates the problem; a <see cref="RunStatus.Blocked"/> one unless told otherwise.</summary>
    public FactoryException(Blocker blocker, RunStatus status = RunStatus.Blocked, Exception? inner = null)
        : base(blocker.Message, inner) => (Blocker, Status) = (blocker, status);

    /// <summary>Creates a blocked problem from its parts.</summary>
    public FactoryException(BlockerKind kind, string message, string nextAction, string? path = null, string? worker = null, Exception? inner = null)
        : this(new Blocker(kind, worker, path, message, nextAction), RunStatus.Blocked, inner)
    {
    }

    /// <summary>What is wrong, where, and what to do next.</summary>
    public Blocker Blocker { get; }

    /// <summary>The status that a run stopped by this problem has.</summary>
    public RunStatus Status { get; }
}
