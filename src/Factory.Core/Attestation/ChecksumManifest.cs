using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>
/// A list of digests as <c>sha256sum --strict -c</c> reads it: <c>hash␠␠name</c>, LF, no byte order mark, <c>/</c>
/// separators, ordinal order.
/// </summary>
public static class ChecksumManifest
{
    /// <summary>Digests files and writes the list.</summary>
    /// <param name="root">The folder that names are relative to, absolute.</param>
    /// <param name="files">The files, absolute; all below <paramref name="root"/>.</param>
    /// <exception cref="FactoryException">A name has a line break, which no reader of such lists agrees on.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static byte[] Create(string root, IEnumerable<string> files)
    {
        var lines = new StringBuilder();
        foreach (var (name, file) in files.Select(file => (Name: NameOf(root, file), file)).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var isEscaped = name.Contains('\\', StringComparison.Ordinal);
            lines.Append(isEscaped ? "\\" : "").Append(Convert.ToHexStringLower(SHA256.HashData(stream)))
                .Append("  ").Append(isEscaped ? name.Replace("\\", "\\\\", StringComparison.Ordinal) : name).Append('\n');
        }

        return new UTF8Encoding(false).GetBytes(lines.ToString());
    }

    private static string NameOf(string root, string file)
    {
        var name = Path.GetRelativePath(root, file);
        if (Path.DirectorySeparatorChar == '\\') name = name.Replace('\\', '/');
        return name.AsSpan().ContainsAny('\r', '\n')
            ? throw new FactoryException(BlockerKind.InvalidPath, $"the file name '{name.ReplaceLineEndings("␊")}' has a line break", "rename or remove the file in the run's folder", file)
            : name;
    }
}
