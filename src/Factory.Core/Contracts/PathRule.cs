namespace Factory.Core.Contracts;

/// <summary>The rules that a path may break. Every refusal ends with the rule's name, for example <c>(rule git_folder)</c>.</summary>
public enum PathRule
{
    /// <summary>There is no path.</summary>
    [WireName("empty")] Empty,
    /// <summary>The path, or one of its names, is longer than every supported system can hold.</summary>
    [WireName("too_long")] TooLong,
    /// <summary>The path begins with <c>/</c>.</summary>
    [WireName("absolute")] Absolute,
    /// <summary>The path begins with a drive, absolute (<c>C:/x</c>) or relative to the drive's folder (<c>C:x</c>).</summary>
    [WireName("drive")] Drive,
    /// <summary>The path begins with a server: <c>//server/share</c> or <c>\\server\share</c>.</summary>
    [WireName("unc")] Unc,
    /// <summary>The path begins in Windows' device namespace: <c>\\?\</c>, <c>\\.\</c> or <c>\??\</c>.</summary>
    [WireName("device_path")] DevicePath,
    /// <summary>A backslash: a separator on Windows, part of a name elsewhere.</summary>
    [WireName("backslash")] Backslash,
    /// <summary>A colon: an alternate data stream on Windows.</summary>
    [WireName("stream")] Stream,
    /// <summary>A control character: C0 (NUL included), DEL or C1.</summary>
    [WireName("control_character")] ControlCharacter,
    /// <summary>A character that hides or reorders what a reader sees: bidirectional overrides and isolates, line separators.</summary>
    [WireName("hidden_text")] HiddenText,
    /// <summary>Bytes that are not UTF-8, or text with a lone surrogate.</summary>
    [WireName("not_unicode")] NotUnicode,
    /// <summary>Two separators in a row, or one at the end.</summary>
    [WireName("empty_segment")] EmptySegment,
    /// <summary>A <c>.</c> or <c>..</c> segment.</summary>
    [WireName("dot_segment")] DotSegment,
    /// <summary>A segment that some system or program takes for <c>.</c> or <c>..</c>: look-alike dots and separators, ignorable characters.</summary>
    [WireName("disguised_dots")] DisguisedDots,
    /// <summary>A segment that becomes <c>..</c>, <c>.git</c> or ends early once percent escapes are decoded, overlong ones included.</summary>
    [WireName("encoded_dots")] EncodedDots,
    /// <summary>A name that ends with a dot or a space, which Windows drops.</summary>
    [WireName("trailing_dot_or_space")] TrailingDotOrSpace,
    /// <summary>A name that Windows takes for a device, with any extension.</summary>
    [WireName("device_name")] DeviceName,
    /// <summary>A name that NTFS, HFS+, APFS or a case-folding file system takes for <c>.git</c>, 8.3 short names included.</summary>
    [WireName("git_folder")] GitFolder,
    /// <summary>A character that Windows does not allow in names, or the private-use form in which its subsystems store one.</summary>
    [WireName("windows_character")] WindowsCharacter,
}
