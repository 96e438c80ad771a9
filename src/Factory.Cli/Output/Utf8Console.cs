using System.Text;

namespace Factory.Cli.Output;

/// <summary>UTF-8 without a byte order mark, whatever the system's code page says.</summary>
internal static class Utf8Console
{
    /// <summary>The encoding of everything that is written.</summary>
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Sets the console's own code page, which only Windows has.</summary>
    public static void Use()
    {
        if (!OperatingSystem.IsWindows()) return;
        try
        {
            Console.OutputEncoding = Encoding;
        }
        catch (IOException)
        {
            // There is no console: what is redirected is written as UTF-8 bytes anyway.
        }
    }
}
