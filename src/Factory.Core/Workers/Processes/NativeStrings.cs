using System.Runtime.InteropServices;
using System.Text;

namespace Factory.Core.Workers.Processes;

/// <summary>A null-terminated array of null-terminated UTF-8 strings (argv, envp) in one block of native memory.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    internal NativeStrings(IReadOnlyList<string> strings)
    {
        var pointersSize = (strings.Count + 1) * sizeof(byte*);
        var textSize = strings.Sum(text => Encoding.UTF8.GetByteCount(text) + 1);
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(pointersSize + textSize));
        var text = (byte*)Pointers + pointersSize;
        for (var i = 0; i < strings.Count; i++)
        {
            Pointers[i] = text;
            text += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(text, Encoding.UTF8.GetByteCount(strings[i]))) + 1;
        }
    }

    internal byte** Pointers { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointers);
        Pointers = null;
    }
}
