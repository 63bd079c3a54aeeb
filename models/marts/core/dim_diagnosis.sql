with

diagnoses as (

    select * from {{ ref('int_hospitals__diagnoses_unioned') }}

),

claims as (

    select * from {{ ref('stg_clearinghouse__claims') }}

),

diagnosis_chapters as (

    select * from {{ ref('diagnosis_chapters') }}

),

codes as (

    select diagnosis_code from diagnoses
    union
    select principal_diagnosis_code as diagnosis_code from claims

),

dimension as (

    select
        {{ surrogate_key(['codes.diagnosis_code']) }} as diagnosis_key,
        codes.diagnosis_code as diagnosis_id,

        case
            when length(codes.diagnosis_code) > 3
                then
                    substring(codes.diagnosis_code, 1, 3)
                    || '.'
                    || substring(codes.diagnosis_code, 4)
            else codes.diagnosis_code
        end as icd10_code,
        substring(codes.diagnosis_code, 1, 3) as icd10_category,
        coalesce(diagnosis_chapters.chapter_label, 'Unknown') as chapter_label,

        diagnosis_chapters.chapter_number,

        {{ single_version() }}

    from codes
    left join diagnosis_chapters
        on
            substring(codes.diagnosis_code, 1, 3)
            between diagnosis_chapters.code_from and diagnosis_chapters.code_to
    where codes.diagnosis_code is not null

)

select * from dimension
