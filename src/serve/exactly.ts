import type { z } from 'zod'

/** Keys of one side that the other has not: `never` where both have the same. */
type Odd<Left, Right> = Exclude<keyof Left, keyof Right> | Exclude<keyof Right, keyof Left>

/** The schema itself where it says exactly what the model type says, else what is wrong with it. */
type Exact<Schema extends z.ZodType, Model> = [z.output<Schema>] extends [Model]
  ? [Model] extends [z.input<Schema>]
    ? [Odd<z.output<Schema>, Model>] extends [never]
      ? Schema
      : { readonly keysOfOneSideOnly: Odd<z.output<Schema>, Model> }
    : { readonly modelValuesTheSchemaRefuses: Model }
  : { readonly schemaValuesTheModelHasNot: z.output<Schema> }

/**
 * Holds a schema to a model type while compiling: `exactly<Frame>()(z.object({...}))` does not
 * compile when a field is missing, is extra, or may hold other values than the model's.
 */
export function exactly<Model>() {
  return <Schema extends z.ZodType>(schema: Schema & Exact<Schema, Model>): Schema => schema
}

type Yields<Schema extends z.ZodType, Model> = [z.output<Schema>] extends [Model]
  ? [Odd<z.output<Schema>, Model>] extends [never]
    ? Schema
    : { readonly keysOfOneSideOnly: Odd<z.output<Schema>, Model> }
  : { readonly schemaValuesTheModelHasNot: z.output<Schema> }

/** As `exactly`, for schemas that read one thing and make another: only what they make is held. */
export function yields<Model>() {
  return <Schema extends z.ZodType>(schema: Schema & Yields<Schema, Model>): Schema => schema
}
