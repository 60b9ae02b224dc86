import type { Command, Relay } from './command.ts'

/** A command is loaded only when it is asked for: start-up time is part of the product. */
export type CommandRow = {
  readonly name: string
  /** One line. */
  readonly summary: string
  readonly load: () => Promise<Command | Relay>
}

/** Every command, in the order that help lists them. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'analyze',
    summary: 'diagnose bundles, folders and pasted kernel text, offline',
    load: async () => (await import('./analyze.ts')).analyze,
  },
  {
    name: 'serve',
    summary: 'run the service: take bundles, keep incidents, answer the API and the pages',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'upload',
    summary: 'send bundles to a service',
    load: async () => (await import('./upload.ts')).upload,
  },
  {
    name: 'collect',
    summary: 'collect the evidence of this host, by the script that /collect.sh hands out',
    load: async () => (await import('./collect.ts')).collect,
  },
  {
    name: 'token',
    summary: 'create, list and revoke access tokens',
    load: async () => (await import('./token.ts')).token,
  },
  {
    name: 'signatures',
    summary: 'list, check and test what Hangar looks for',
    load: async () => (await import('./signatures.ts')).signatures,
  },
  {
    name: 'reclassify',
    summary: 'apply the present signatures to all stored snapshots',
    load: async () => (await import('./reclassify.ts')).reclassify,
  },
  {
    name: 'demo',
    summary: 'a service on a temporary store, fed with the samples',
    load: async () => (await import('./demo.ts')).demo,
  },
]
