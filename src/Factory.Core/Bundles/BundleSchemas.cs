using Factory.Core.Contracts;

namespace Factory.Core.Bundles;

/// <summary>x</summary>
public static class BundleSchemas
{
    /// <summary>x</summary>
    public static Task WarmUp() => Task.CompletedTask;
    /// <summary>x</summary>
    public static IReadOnlyList<Blocker> Check(string manifest, IReadOnlyList<BundleFolder> bundles) => [];
}
