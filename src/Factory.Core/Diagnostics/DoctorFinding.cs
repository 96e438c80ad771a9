using Factory.Core.Contracts;

namespace Factory.Core.Diagnostics;

/// <summary>What one check of the doctor found.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Status">PASS, WARN, BLOCKED, FAIL; PENDING when it could not be looked at because something before it failed.</param>
/// <param name="Message">What was found, in words.</param>
/// <param name="NextAction">What to do about it; empty when nothing.</param>
public sealed record DoctorFinding(string Name, RunStatus Status, string Message, string NextAction);
